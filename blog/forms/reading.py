"""What readers ask of the lists, and what they follow. All of it is checked; what makes no sense is as if it had not been
asked."""

from django import forms
from django.utils.translation import gettext_lazy as _

from blog.reports import ListOrder
from commons.themes.forms import FindForm

LARGEST = 2**62


class FindPostForm(FindForm):
    """Which posts to list."""

    q = forms.CharField(label=_("Search the blog"), required=False, max_length=200)
    order = forms.ChoiceField(label=_("Order"), choices=ListOrder.choices, required=False)


class PlaceForm(forms.Form):
    """From which number on a long list is read; sent by GET."""

    after = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)

    @property
    def place(self) -> int | None:
        return self.cleaned_data["after"] if self.is_valid() else None


class FollowForm(forms.Form):
    """What to follow, or no longer: one thing by its kind and number, and the whole blog without a number."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in ("blog", "theme", "author", "post")])
    number = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)
    follow = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], required=False)
