"""The plain pages of the process, and where staff edit them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, UpdateView

from commons.people.views.again import StandsAgainMixin, say_stale
from consultation.actions import StaleEdit, edit_text
from consultation.forms.texts import TextForm
from consultation.models import Text

ABOUT = ("about-lead", "about-stake", "about-need", "about-do", "about-now")
"""The texts that the page about the process is made of, in their order."""


class TextView(DetailView):
    """One text as a page. The address names its slug in `urls.py`, so an unknown slug has no address."""

    public = True
    template_name = "consultation/text_detail.html"
    slug = ""

    def get_object(self, queryset=None) -> Text:
        return get_object_or_404(Text.objects.in_language(get_language()), slug=self.slug)


class AboutView(TextView):
    """What is at stake, what is needed, what will be done and what one can do now; then who does what on this site."""

    template_name = "consultation/about.html"
    slug = "about"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = {text.slug: text for text in Text.objects.in_language(get_language()).filter(slug__in=ABOUT)}
        parts = [(slug.removeprefix("about-"), rows[slug]) for slug in ABOUT[1:] if slug in rows]
        return super().get_context_data(lead=rows.get(ABOUT[0]), parts=parts, **kwargs)


class TextListView(PermissionRequiredMixin, ListView):
    """Every text with its languages. Each has English words; in other languages they may have to be written yet."""

    permission_required = "consultation.edit_text"
    template_name = "consultation/text_list.html"
    queryset = Text.objects.filter(language=settings.LANGUAGE_CODE)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        there = set(Text.objects.values_list("slug", "language"))
        rows = [
            (text, [(code, label, (text.slug, code) in there) for code, label in settings.LANGUAGES])
            for text in self.object_list
        ]
        return super().get_context_data(rows=rows, **kwargs)


class TextEditView(StandsAgainMixin, PermissionRequiredMixin, UpdateView):
    """Edit a text in the language that `?language=` names, or write its first words in it. The address names the English one."""

    permission_required = "consultation.edit_text"
    template_name = "consultation/text_edit.html"
    form_class = TextForm

    @cached_property
    def english(self) -> Text:
        return get_object_or_404(Text.objects.filter(language=settings.LANGUAGE_CODE), pk=self.kwargs["pk"])

    def get_object(self, queryset: QuerySet | None = None) -> Text:
        asked = self.request.GET.get("language")
        language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        if language == self.english.language:
            return self.english
        row = Text.objects.filter(slug=self.english.slug, language=language).first()
        return row or Text(slug=self.english.slug, language=language, revision=0)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        english, language = self.english, self.object.language
        languages = [(code, label, code == language) for code, label in settings.LANGUAGES]
        return super().get_context_data(
            english=english, languages=languages, is_english=language == english.language, **kwargs
        )

    def form_valid(self, form: TextForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            edit_text(self.object, by=self.request.user, **data)
        except StaleEdit as refusal:
            latest = Text.objects.filter(slug=self.object.slug, language=self.object.language).first()
            say_stale(form, refusal, latest.revision if latest else 0)
            return self.again(form, 409, latest=latest)
        messages.success(self.request, _("Saved. The page shows the new words now."))
        return redirect(reverse("consultation:text-list"))
