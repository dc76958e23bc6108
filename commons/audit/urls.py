"""Addresses of the record."""

app_name = "audit"
urlpatterns = []
