"""Addresses of the themes."""

from django.urls import path

from commons.themes import views

app_name = "themes"
urlpatterns = [
    path("staff/themes/", views.ThemeListView.as_view(), name="theme-list"),
    path("staff/themes/new/", views.ThemeAddView.as_view(), name="theme-add"),
    path("staff/themes/<slug:slug>/edit/", views.ThemeChangeView.as_view(), name="theme-change"),
    path("staff/themes/<slug:slug>/move/", views.ThemeMoveView.as_view(), name="theme-move"),
    path("staff/themes/<slug:slug>/retire/", views.ThemeRetireView.as_view(), name="theme-retire"),
    path("staff/themes/<slug:slug>/restore/", views.ThemeRestoreView.as_view(), name="theme-restore"),
]
