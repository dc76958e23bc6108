"""The staff's pages of the themes: the list in its order, a new one, other names, and taking one out of use."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView

from commons.people.views.again import StandsAgainMixin, say_stale
from commons.people.views.buttons import ButtonView
from commons.themes.actions import (
    NameTaken,
    NoAddress,
    StaleEdit,
    ThemeInUse,
    ThemeRetired,
    add_theme,
    change_theme,
    move_theme,
    restore_theme,
    retire_theme,
)
from commons.themes.forms import ThemeChangeForm, ThemeForm, ThemeMoveForm
from commons.themes.models import Theme
from commons.themes.reports import uses_of_themes


class ThemeListView(PermissionRequiredMixin, ListView):
    """All themes in the order in which they stand everywhere, those out of use among them."""

    permission_required = "themes.see_themes"
    template_name = "themes/theme_list.html"
    queryset = Theme.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        uses = uses_of_themes()
        rows = [{"theme": theme, "uses": uses.get(theme.pk, [])} for theme in self.object_list]
        return super().get_context_data(rows=rows, **kwargs)


class ThemeFormView(StandsAgainMixin, PermissionRequiredMixin, FormView):
    """What naming a theme and naming it anew have in common: `act` does it, `says` tells so. What was typed is shown again,
    whatever was wrong with it."""

    def form_valid(self, form: ThemeForm) -> HttpResponse:
        try:
            theme = self.act(form)
        except NameTaken as refusal:
            form.add_error(refusal.field, str(refusal))
            return self.again(form, 422)
        except NoAddress as refusal:
            form.add_error("name", str(refusal))
            return self.again(form, 422)
        messages.success(self.request, self.says % {"theme": theme})
        return redirect("themes:theme-list")


class ThemeAddView(ThemeFormView):
    permission_required = "themes.add_theme"
    template_name = "themes/theme_add.html"
    form_class = ThemeForm

    says = gettext_lazy("Added. “%(theme)s” can be chosen from now on.")

    def act(self, form: ThemeForm) -> Theme:
        return add_theme(by=self.request.user, **form.cleaned_data)


class ThemeMixin:
    """One theme, found by its address once it is clear that somebody may ask."""

    kwargs: dict[str, Any]

    @cached_property
    def theme(self) -> Theme:
        return get_object_or_404(Theme, slug=self.kwargs["slug"])


class ThemeChangeView(ThemeMixin, ThemeFormView):
    permission_required = "themes.change_theme"
    template_name = "themes/theme_change.html"
    form_class = ThemeChangeForm
    says = gettext_lazy("Saved. “%(theme)s” is called so everywhere now.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"theme": self.theme}

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.theme.name, "name_cy": self.theme.name_cy, "based_on": self.theme.revision}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        uses = uses_of_themes().get(self.theme.pk, [])
        return super().get_context_data(theme=self.theme, uses=uses, **kwargs)

    def form_valid(self, form: ThemeChangeForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except StaleEdit as refusal:
            # The page shows the names as they are now.
            del self.theme
            say_stale(form, refusal, self.theme.revision)
            return self.again(form, 409)

    def act(self, form: ThemeChangeForm) -> Theme:
        return change_theme(self.theme, by=self.request.user, **form.cleaned_data)


class ThemeButtonView(ThemeMixin, ButtonView):
    """One button's POST, which leads back to the list."""

    def stands_at(self) -> str:
        return reverse("themes:theme-list")


class ThemeMoveView(ThemeButtonView):
    """Leads back to the theme where it stands now, so that it can be moved on."""

    permission_required = "themes.move_theme"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ThemeMoveForm(request.POST)
        if not form.is_valid():
            raise Http404
        move_theme(self.theme, by=request.user, steps=form.steps)
        return redirect(f"{reverse('themes:theme-list')}#theme-{self.theme.slug}")


class ThemeRetireView(ThemeButtonView):
    permission_required = "themes.retire_theme"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            retire_theme(self.theme, by=request.user)
        except ThemeRetired as refusal:
            messages.info(request, str(refusal))
        else:
            says = _("“%(theme)s” is out of use now. Nobody can choose it any more.")
            messages.success(request, says % {"theme": self.theme})
        return redirect("themes:theme-list")


class ThemeRestoreView(ThemeButtonView):
    permission_required = "themes.restore_theme"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            restore_theme(self.theme, by=request.user)
        except ThemeInUse as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("“%(theme)s” can be chosen again.") % {"theme": self.theme})
        return redirect("themes:theme-list")
