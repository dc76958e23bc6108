"""Addresses of the demo. They are in the URLconf only while DEMO is set, and each page asks again."""

from django.urls import path

from coopstrategy.demo import views

app_name = "demo"
urlpatterns = [
    path("demo/", views.PeopleView.as_view(), name="people"),
    path("demo/enter/<slug:key>/", views.PersonEnterView.as_view(), name="person-enter"),
    path("demo/mailbox/", views.MailboxView.as_view(), name="mailbox"),
    path("demo/mailbox/<slug:name>/", views.MessageView.as_view(), name="message"),
    path("demo/mailbox/<slug:name>/html/", views.MessageHtmlView.as_view(), name="message-html"),
]
