"""Co-operatives as the register knows them, and the people who speak for them."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Concat, Replace
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PlainText(models.Func):
    """Text for comparing and sorting: lower case, without accents. Postgres's `unaccent` is only STABLE, so it cannot stand
    in an index; `people_plain_text` (migration 0001) names the dictionary and may."""

    function = "people_plain_text"
    arity = 1
    output_field = models.TextField()


class Sector(models.TextChoices):
    """What a co-op mostly does: the register's sixteen simplified sectors. Blank means not recorded."""

    AGRICULTURE = "agriculture", _("Agriculture")
    ARTS = "arts", _("Arts and culture")
    DIGITAL = "digital", _("Digital, media and communication")
    EDUCATION = "education", _("Education")
    ENERGY = "energy", _("Energy and environment")
    FINANCE = "finance", _("Finance")
    FOOD = "food", _("Food service, accommodation and pubs")
    HEALTH = "health", _("Health and social care")
    HOUSING = "housing", _("Housing")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    CLUBS = "clubs", _("Membership associations, social clubs and trade unions")
    PROFESSIONAL = "professional", _("Professional and legal services")
    RETAIL = "retail", _("Retail")
    SPORTS = "sports", _("Sports and recreation")
    TRANSPORT = "transport", _("Transport")
    OTHER = "other", _("Other")


class Nation(models.TextChoices):
    """Where it is registered, as the register writes it."""

    ENGLAND = "england", _("England")
    SCOTLAND = "scotland", _("Scotland")
    WALES = "wales", _("Wales")
    NORTHERN_IRELAND = "northern_ireland", _("Northern Ireland")
    JERSEY = "jersey", _("Jersey")
    GUERNSEY = "guernsey", _("Guernsey")


class Region(models.TextChoices):
    """The nine regions of England and the other nations, so that the region alone places an organisation on the map.
    Blank when it cannot be worked out."""

    NORTH_EAST = "north_east", _("North East")
    NORTH_WEST = "north_west", _("North West")
    YORKSHIRE = "yorkshire", _("Yorkshire and the Humber")
    EAST_MIDLANDS = "east_midlands", _("East Midlands")
    WEST_MIDLANDS = "west_midlands", _("West Midlands")
    EAST = "east", _("East of England")
    LONDON = "london", _("London")
    SOUTH_EAST = "south_east", _("South East")
    SOUTH_WEST = "south_west", _("South West")
    SCOTLAND = "scotland", _("Scotland")
    WALES = "wales", _("Wales")
    NORTHERN_IRELAND = "northern_ireland", _("Northern Ireland")
    JERSEY = "jersey", _("Jersey")
    GUERNSEY = "guernsey", _("Guernsey")


class Ownership(models.TextChoices):
    """Who the members are: the register's nine kinds. Blank means not recorded."""

    CONSUMERS = "consumers", _("Consumers")
    COMMUNITY = "community", _("Community of interest")
    WORKERS = "workers", _("Workers")
    ENTERPRISES = "enterprises", _("Enterprises")
    MULTI_STAKEHOLDER = "multi_stakeholder", _("Several kinds of member")
    SELF_EMPLOYED = "self_employed", _("Self-employed people")
    TENANTS = "tenants", _("Tenants")
    COOPERATIVES = "cooperatives", _("Co-operatives")
    EMPLOYEE_TRUST = "employee_trust", _("Employee trust")


class LegalForm(models.TextChoices):
    """Its legal form. Blank means not recorded."""

    SOCIETY = "society", _("Society")
    COMPANY = "company", _("Company")
    CIC = "cic", _("Community interest company")
    LLP = "llp", _("Limited liability partnership")
    CIO = "cio", _("Charitable incorporated organisation")
    SCIO = "scio", _("Scottish charitable incorporated organisation")
    LIMITED_PARTNERSHIP = "limited_partnership", _("Limited partnership")
    UNINCORPORATED = "unincorporated", _("Unincorporated")


class Registrar(models.TextChoices):
    """Who keeps its registration. Blank means none, or not recorded."""

    FCA = "fca", _("Financial Conduct Authority")
    COMPANIES_HOUSE = "companies_house", _("Companies House")
    DETINI = "detini", _("Department for the Economy, Northern Ireland")
    OSCR = "oscr", _("Scottish Charity Regulator")
    CHARITY_COMMISSION = "charity_commission", _("Charity Commission")


class OrganisationQuerySet(models.QuerySet):
    """Words for choosing organisations."""

    def live(self) -> "OrganisationQuerySet":
        """Still trading, as far as the register knows."""
        return self.filter(status=Organisation.Status.LIVE)

    def of_member(self, user: object) -> "OrganisationQuerySet":
        """Those the person belongs to and has been verified for. Nobody's when they are not signed in."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        # A subquery, not a join: it cannot repeat an organisation and it can be combined with any other word.
        verified = Membership.objects.filter(user=user, state=Membership.State.VERIFIED)
        return self.filter(pk__in=verified.values("organisation"))

    def matching(self, words: str) -> "OrganisationQuerySet":
        """Those whose name, trading name, number or postcode hold every one of the words; nothing for no words."""
        # Commas too: a suggestion reads "Name, postcode".
        asked = words.replace(",", " ").split()
        if not asked:
            return self.none()
        found = self
        for word in asked:
            found = found.filter(search_text__contains=PlainText(models.Value(word)))
        return found

    def in_name_order(self) -> "OrganisationQuerySet":
        """As a reader expects: capitals and accents do not matter."""
        return self.order_by("name_order", "pk")


class Organisation(models.Model):
    """One co-operative, as the register last described it."""

    class Status(models.TextChoices):
        """Whether the register has it as trading."""

        LIVE = "live", _("Trading")
        DISSOLVED = "dissolved", _("Dissolved")

    # Empty for an organisation that is on no register yet. Two organisations may share a registered number: the register does.
    register_id = models.CharField(_("register id"), max_length=20, unique=True, null=True, blank=True)
    registered_number = models.CharField(_("registered number"), max_length=30, blank=True)
    registrar = models.CharField(_("registrar"), max_length=30, choices=Registrar, blank=True)
    name = models.CharField(_("registered name"), max_length=255)
    trading_name = models.CharField(_("trading name"), max_length=255, blank=True)
    legal_form = models.CharField(_("legal form"), max_length=30, choices=LegalForm, blank=True)
    street = models.CharField(_("street"), max_length=300, blank=True)
    city = models.CharField(_("town or city"), max_length=100, blank=True)
    county = models.CharField(_("county"), max_length=100, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    nation = models.CharField(_("nation"), max_length=20, choices=Nation, blank=True)
    region = models.CharField(_("region"), max_length=20, choices=Region, blank=True)
    sic_code = models.CharField(_("industry code (SIC 2007)"), max_length=20, blank=True)
    sector = models.CharField(_("sector"), max_length=20, choices=Sector, blank=True)
    ownership = models.CharField(_("owned by"), max_length=20, choices=Ownership, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.LIVE)
    incorporated_on = models.DateField(_("incorporated on"), null=True, blank=True)
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)

    # Kept by the database itself, so that no import and no edit can leave them behind.
    name_order = models.GeneratedField(expression=PlainText("name"), output_field=models.TextField(), db_persist=True)
    search_text = models.GeneratedField(
        expression=PlainText(
            Concat(
                "name",
                models.Value(" "),
                "trading_name",
                models.Value(" "),
                "registered_number",
                models.Value(" "),
                "postcode",
                models.Value(" "),
                # So that "m600ag" finds "M60 0AG".
                Replace("postcode", models.Value(" "), models.Value("")),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        indexes = [
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="people_organisation_search"),
            models.Index(fields=["name_order", "id"], name="people_organisation_by_name"),
            models.Index(fields=["status", "sector"], name="people_organisation_by_sector"),
            models.Index(fields=["status", "region"], name="people_organisation_by_region"),
            models.Index(fields=["registered_number"], name="people_organisation_by_number"),
        ]

    def __str__(self) -> str:
        return self.trading_name or self.name

    @property
    def place(self) -> str:
        """Town and postcode on one line, as far as known: enough to tell two of the same name apart."""
        return ", ".join(part for part in (self.city, self.postcode) if part)


class MembershipQuerySet(models.QuerySet):
    """Words for choosing memberships."""

    def visible_to(self, user: object) -> "MembershipQuerySet":
        """One's own; everyone's for staff."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self if user.is_staff else self.filter(user=user)

    def live(self) -> "MembershipQuerySet":
        """Asked for or verified; not ended."""
        return self.filter(state__in=[Membership.State.ASKED, Membership.State.VERIFIED])

    def asked(self) -> "MembershipQuerySet":
        return self.filter(state=Membership.State.ASKED)

    def verified(self) -> "MembershipQuerySet":
        return self.filter(state=Membership.State.VERIFIED)


class Membership(models.Model):
    """One person's tie to one organisation. Each person has their own; nobody shares a password."""

    class State(models.TextChoices):
        """`ended` covers a request that was turned down: `reason` says which."""

        ASKED = "asked", _("Waiting to be checked")
        VERIFIED = "verified", _("Checked")
        ENDED = "ended", _("Ended")

    class How(models.TextChoices):
        """How we know that the person speaks for the organisation."""

        STAFF = "staff", _("Checked by staff")
        CODE = "code", _("By the code in the organisation's letter")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name=_("organisation")
    )
    part = models.CharField(_("their part in it"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    how = models.CharField(_("how it was checked"), max_length=10, choices=How, blank=True)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    verified_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    reason = models.CharField(_("why it ended"), max_length=300, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=models.Q(state__in=["asked", "verified"]),
                name="one_live_membership_per_person_and_organisation",
            ),
            models.CheckConstraint(
                condition=models.Q(state="ended") | models.Q(ended_at=None), name="membership_end_has_a_state"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="verified") | (models.Q(verified_at__isnull=False) & ~models.Q(how="")),
                name="verified_membership_says_how_and_when",
            ),
        ]
        indexes = [models.Index(fields=["state", "asked_at"], name="people_membership_queue")]

    def __str__(self) -> str:
        return f"{self.organisation}, person {self.user_id}"
