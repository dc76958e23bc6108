"""Campaigns: the same words from many. They are shown as what they are, each voice with its own page, and none is dropped.

Which contributions belong together is worked out from their fingerprints (`commons.alike`) every few minutes for everybody.
What is kept are numbers alone: whatever is shown of a campaign is asked anew, so that nothing stands there that is not public
any more."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Func, IntegerField

from commons.alike import are_alike, shingles_of
from commons.caching import kept
from commons.contributions.models import Contribution

LEAST = 3
"""How many voices make a campaign."""
COUNTED_FOR = 10 * 60
KEPT_AS = "campaigns:1"
MOST_COMPARED = 100
"""Texts of one mark that are not alike, with which the next is still compared."""


@dataclass(frozen=True)
class Campaign:
    """The numbers of contributions with nearly the same words, the first one first."""

    numbers: tuple[int, ...]

    @property
    def first(self) -> int:
        return self.numbers[0]

    @property
    def size(self) -> int:
        return len(self.numbers)


def campaigns() -> list[Campaign]:
    """As they were found last, at most COUNTED_FOR seconds ago; the largest first."""
    return kept(KEPT_AS, find_campaigns, seconds=COUNTED_FOR)


def campaign_of(contribution: Contribution) -> Campaign | None:
    """The campaign a public contribution is part of."""
    if not contribution.is_public:
        return None
    return next((found for found in campaigns() if contribution.pk in found.numbers), None)


def find_campaigns() -> list[Campaign]:
    """Two queries: who shares a mark, and what these said."""
    sharing = (
        Contribution.objects.public()
        .order_by()
        .annotate(mark=Func(F("fingerprint__marks"), function="unnest", output_field=IntegerField()))
        .values("mark")
        .annotate(size=Count("pk"), numbers=ArrayAgg("pk"))
        .filter(size__gt=1)
        .values_list("numbers", flat=True)
    )
    buckets = {tuple(sorted(numbers)) for numbers in sharing}
    wanted = {number for bucket in buckets for number in bucket}
    said = {
        pk: shingles_of(" ".join(texts))
        for pk, *texts in Contribution.objects.public()
        .filter(pk__in=wanted)
        .values_list("pk", *Contribution.moderated_fields)
    }
    leaders = {number: number for number in said}
    for bucket in sorted(buckets, key=len, reverse=True):
        _bring_together([number for number in bucket if number in said], said, leaders)
    groups: dict[int, list[int]] = {}
    for number in sorted(said):
        groups.setdefault(_leader(number, leaders), []).append(number)
    found = [Campaign(tuple(numbers)) for numbers in groups.values() if len(numbers) >= LEAST]
    return sorted(found, key=lambda campaign: (-campaign.size, campaign.first))


def _bring_together(bucket: Iterable[int], said: dict[int, frozenset[str]], leaders: dict[int, int]) -> None:
    """Those of a bucket that are alike get the same leader. Each is compared with one of every kind that stands there."""
    kinds: list[int] = []
    for number in bucket:
        for kind in kinds:
            one, other = _leader(number, leaders), _leader(kind, leaders)
            if one == other:
                break
            if are_alike(said[number], said[kind]):
                leaders[max(one, other)] = min(one, other)
                break
        else:
            if len(kinds) < MOST_COMPARED:
                kinds.append(number)


def _leader(number: int, leaders: dict[int, int]) -> int:
    while leaders[number] != number:
        leaders[number] = leaders[leaders[number]]
        number = leaders[number]
    return number
