"""Addresses about people and organisations."""

from django.urls import path

from commons.people.views import doors, leaving, missing, organisations, register, roles, users

app_name = "people"
urlpatterns = [
    path("you/", users.YouView.as_view(), name="you"),
    path("you/profile/", users.ProfileChangeView.as_view(), name="profile-change"),
    path("you/close/", leaving.AccountCloseView.as_view(), name="account-close"),
    path("closed/", leaving.AccountClosedView.as_view(), name="account-closed"),
    path("you/organisations/find/", organisations.OrganisationFindView.as_view(), name="organisation-find"),
    path("you/organisations/suggest/", organisations.OrganisationSuggestView.as_view(), name="organisation-suggest"),
    path("you/organisations/<int:pk>/ask/", organisations.MembershipAskView.as_view(), name="membership-ask"),
    path("you/memberships/<int:pk>/end/", organisations.MembershipEndView.as_view(), name="membership-end"),
    path("staff/memberships/", organisations.MembershipListView.as_view(), name="membership-list"),
    path("staff/memberships/<int:pk>/", organisations.MembershipCheckView.as_view(), name="membership-check"),
    path("staff/people/", roles.PersonListView.as_view(), name="person-list"),
    path("staff/people/<int:pk>/", roles.PersonDetailView.as_view(), name="person-detail"),
    path("staff/people/<int:pk>/appoint/", roles.PersonAppointView.as_view(), name="person-appoint"),
    path("staff/appointments/<int:pk>/end/", roles.AppointmentEndView.as_view(), name="appointment-end"),
    path("staff/doors/", doors.DoorListView.as_view(), name="door-list"),
    path("staff/doors/make/", doors.DoorMakeView.as_view(), name="door-make"),
    path("staff/doors/<int:pk>/", doors.DoorView.as_view(), name="door"),
    path("staff/doors/<int:pk>/retire/", doors.DoorRetireView.as_view(), name="door-retire"),
    path("staff/doors/<int:pk>/reopen/", doors.DoorReopenView.as_view(), name="door-reopen"),
    path("staff/missing/", missing.MissingListView.as_view(), name="missing-list"),
    path("staff/register/", register.RegisterImportView.as_view(), name="register-import"),
    path("staff/register/<uuid:pk>/", register.RegisterImportDetailView.as_view(), name="register-import-detail"),
    path("data/", register.RegisterShowView.as_view(), name="register-show"),
]
