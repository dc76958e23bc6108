"""Who comes to the demo's Congress: people of the demo, and invented ones whom nobody can enter as. Who has a place, who waits,
who gave theirs back, what some need, who came in at the door, and what they thought of it afterwards."""

from datetime import timedelta
from functools import cached_property

from allauth.account.models import EmailAddress
from django.utils import timezone

from commons.people.models import Membership, Organisation, User
from consultation.models import EventFeedback, Registration
from coopstrategy.demo.congress_ground import Ground, read_congress, rewrite
from coopstrategy.demo.crowd import read_texts
from coopstrategy.demo.days import dice_for, key_of
from coopstrategy.demo.people import BY_KEY
from coopstrategy.demo.register import SET_PIECES

PLACES, CAME, WAITING, CANCELLED = 200, 180, 7, 9
ON_THE_LIST = PLACES + WAITING + CANCELLED
BEFORE = PLACES + CANCELLED - 3
"""So many are on the list before Congress: three places are still free."""
BY_NOON = 171
"""So many have come in at the door while people are marking. The others have a train that is late."""
FEEDBACK = 41
STAY_AWAY = {"wren", "tobias", "ines", "peter", "rory", "sam", "max"}
"""Those of the demo who are not on the list: staff, who helps at the door, and those who can still register."""
MOVED_UP = 3

FIRST_NAMES = (
    "Adaeze", "Alun", "Amina", "Anders", "Beryl", "Bronwen", "Cathal", "Chidi", "Clodagh", "Delyth", "Dougal", "Edith", "Emeka",
    "Farah", "Gethin", "Gulsen", "Hamish", "Hetty", "Iwan", "Jagdish", "Kamala", "Kenneth", "Lorcan", "Maeve", "Marek",
    "Menna", "Mirela", "Nasreen", "Niamh", "Osian", "Phyllis", "Raj", "Rosamund", "Seamus", "Shabnam", "Tegwen", "Theo",
    "Una", "Vikram", "Wilf", "Yasmin", "Zofia",
)  # fmt: skip
LAST_NAMES = (
    "Abernethy-Cole", "Arkwell", "Barrowby", "Birkenshaw", "Bowstead", "Caddick-Osei", "Carnwell", "Clegthorpe", "Cwmdare",
    "Dalgarven", "Dunkeswick", "Ellerthwaite", "Faircloth-Rao", "Fothersall", "Gathercole", "Glanmorfa", "Hallowfield",
    "Haverthwaite", "Inchmore", "Jessopdale", "Kilcreggan", "Kirkbarrow", "Lannigan-Bose", "Llanfaes", "Marrick",
    "Mossgiel", "Netherwood", "Ollerenshaw-Diaz", "Pendrell", "Penmorfa", "Quernmore", "Rathlinney", "Rishworthy",
    "Scarcroft", "Skelmorlie", "Tattershaw", "Thornlaw", "Ullesthorpe", "Wainfleet-Ng", "Wetherlam", "Yarrowdale",
    "Ystradgwyn",
)  # fmt: skip


class Delegates:
    """Writes down who comes. One for each drawing."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.clock, self.event = ground, ground.clock, ground.event

    # --- the list -------------------------------------------------------------------------------------------------------

    def register(self, number: int) -> None:
        """The first `number` people are on the list. Those who are on it already stay as they are."""
        listed = self.roster[:number]
        there = {row.person_id: row for row in self.event.registrations.all()}
        gave_back, needs = self.gave_back, self._needs()
        last = max((row.number for row in there.values()), default=0)
        free = PLACES - sum(row.state == Registration.State.IN for row in there.values())
        organisations = dict(
            Membership.objects.filter(user__in=listed, state=Membership.State.VERIFIED)
            .order_by("-pk")
            .values_list("user", "organisation")
        )
        opens, closes = self.event.registration_opens_at, self.clock.past(self.event.registration_closes_at)
        rows = []
        for place, person in enumerate(listed):
            if person.pk in there:
                continue
            asked = opens + (closes - opens) * (place / len(listed)) ** 1.4
            row = Registration(
                event=self.event,
                person=person,
                organisation_id=organisations.get(person.pk),
                number=last + len(rows) + 1,
                key=key_of("congress", "ticket", person.email),
                made_at=asked,
                access_needs=needs.get(person.email, ""),
            )
            if person.email in gave_back:
                row.state, row.cancelled_at = Registration.State.CANCELLED, self.clock.past(asked + timedelta(days=4))
            elif free > 0:
                row.state, free = Registration.State.IN, free - 1
                if place >= ON_THE_LIST - WAITING - MOVED_UP:
                    row.moved_up_at = self.clock.past(asked + timedelta(hours=9))
            else:
                row.state = Registration.State.WAITING
            rows.append(row)
        Registration.objects.bulk_create(rows)

    @cached_property
    def roster(self) -> list[User]:
        """All who were ever on the list, in the order in which they asked."""
        texts = read_texts("people")
        keys = {*BY_KEY, *(line[0] for line in texts["crowd"]), *(member["key"] for member in texts["panel"])}
        known = [self.ground.people[key] for key in sorted(keys - STAY_AWAY)]
        invented = self._invented(ON_THE_LIST - len(known))
        last = WAITING + MOVED_UP + 10
        first = known + invented[:-last]
        dice_for("congress", "roster").shuffle(first)
        return first + invented[-last:]

    def _invented(self, number: int) -> list[User]:
        """So many people who are nobody, at addresses that reach nobody; two of three speak for a co-op of the register."""
        dice = dice_for("congress", "names")
        names = dice.sample([f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES], number)
        emails = {name: f"{name.replace(' ', '.').lower()}@example.org" for name in names}
        there = User.objects.in_bulk(emails.values(), field_name="email")
        joined = self.event.made_at - timedelta(days=3)
        new = [User(email=emails[name], name=name, joined_at=joined) for name in names if emails[name] not in there]
        for person in new:
            person.set_unusable_password()
        User.objects.bulk_create(new)
        EmailAddress.objects.bulk_create(
            EmailAddress(user=person, email=person.email, primary=True, verified=True) for person in new
        )
        others = list(
            Organisation.objects.exclude(register_id__in=SET_PIECES)
            .order_by("register_id")
            .values_list("pk", flat=True)
        )
        speaking = dice.sample(others, min(len(others), len(new) * 2 // 3))
        Membership.objects.bulk_create(
            Membership(
                user=person,
                organisation_id=organisation,
                part=dice.choice(["Secretary", "Treasurer", "Member", "Director", "Manager", "Chair"]),
                state=Membership.State.VERIFIED,
                how=Membership.How.STAFF,
                asked_at=joined,
                verified_at=joined + timedelta(days=1),
                verified_by=self.ground.people["wren"],
            )
            for person, organisation in zip(new, speaking, strict=False)
        )
        there |= {person.email: person for person in new}
        return [there[email] for email in emails.values()]

    @cached_property
    def gave_back(self) -> set[str]:
        """Who gave their place back: some of those who asked early and whom nobody can enter as."""
        early = [person.email for person in self.roster[:150] if person.email.endswith("@example.org")]
        return set(dice_for("congress", "gave back").sample(early, CANCELLED))

    def _needs(self) -> dict[str, str]:
        """What some need, by their address. It is forgotten a month after the event."""
        if self.ground.stage == "after":
            return {}
        others = [person.email for person in self.roster[:190] if person.email not in self.gave_back]
        needs = read_congress()["needs"]
        return dict(zip(dice_for("congress", "needs").sample(others, len(needs)), needs, strict=True))

    # --- the door -------------------------------------------------------------------------------------------------------

    def check_in(self, number: int) -> None:
        """So many have come, most of them on the first day, and were given a ballot on the second. Those who came in before are
        left as they are."""
        rows = list(
            self.event.registrations.in_event().filter(person__isnull=False).select_related("person").order_by("number")
        )
        invented = [row for row in rows if row.person.email.endswith("@example.org")]
        away = {row.pk for row in dice_for("congress", "away").sample(invented, len(rows) - CAME)}
        came = [row for row in rows if row.pk not in away][:number]
        for row in came:
            if row.checked_in_at is not None:
                continue
            dice = dice_for("congress", "door", row.person.email)
            if dice.random() < 0.8:
                hour = self.clock.at(1, "12:30") + timedelta(minutes=dice.triangular(0, 110, 45))
            else:
                hour = self.clock.ending(2, "08:30", "10:00") + timedelta(minutes=dice.triangular(0, 80, 40))
            row.checked_in_at, row.checked_in_by = self.clock.past(hour), self.ground.people["rory"]
            row.ballot_given_at = self.clock.ending(2, "10:00", "12:30")
        rewrite(came, "checked_in_at", "checked_in_by", "ballot_given_at")

    # --- afterwards -----------------------------------------------------------------------------------------------------

    def look_back(self) -> None:
        """What some said about it in the days after, most of them without their name. What people needed is forgotten."""
        Registration.objects.filter(event=self.event).update(access_needs="")
        came = list(self.event.registrations.filter(checked_in_at__isnull=False).order_by("number"))
        dice, said = dice_for("congress", "feedback"), read_congress()["feedback"]
        rows = []
        for place, row in enumerate(dice.sample(came, FEEDBACK)):
            words = said[place] if place < len(said) else self._only_ticked(place)
            day = self.clock.at(2, "17:00") + timedelta(days=dice.choice([0, 0, 0, 1, 1, 2, 4]))
            row.has_fed_back = True
            named = row.person if place % 12 == 3 else None
            rows.append(EventFeedback(event=self.event, person=named, given_on=timezone.localdate(day), **words))
        EventFeedback.objects.bulk_create(rows)
        rewrite(came, "has_fed_back")

    def _only_ticked(self, place: int) -> dict[str, str]:
        """An answer without a word."""
        dice, worth = dice_for("congress", "ticked", str(place)), list(EventFeedback.Worth)
        return {name: dice.choices(worth, [9, 10, 4, 1])[0] for name in ("worth", "heard")}
