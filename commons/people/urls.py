"""Addresses about people and organisations."""

app_name = "people"
urlpatterns = []
