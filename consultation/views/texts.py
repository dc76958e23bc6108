"""The plain pages of the process, and where staff edit them."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView, UpdateView

from consultation.actions import StaleEdit, edit_text
from consultation.forms.texts import TextForm
from consultation.models import Text


class TextView(DetailView):
    """One text as a page. The address names its slug in `urls.py`, so an unknown slug has no address."""

    public = True
    template_name = "consultation/text_detail.html"
    slug = ""

    def get_object(self, queryset=None) -> Text:
        return get_object_or_404(Text.objects.in_language(get_language()), slug=self.slug)


class TextListView(PermissionRequiredMixin, ListView):
    permission_required = "consultation.edit_text"
    template_name = "consultation/text_list.html"
    queryset = Text.objects.all()


class TextEditView(PermissionRequiredMixin, UpdateView):
    permission_required = "consultation.edit_text"
    template_name = "consultation/text_edit.html"
    model = Text
    form_class = TextForm

    def form_valid(self, form: TextForm) -> HttpResponse:
        data = form.cleaned_data
        try:
            edit_text(self.object, by=self.request.user, **data)
        except StaleEdit as refusal:
            form.add_error(None, str(refusal))
            # The latest revision goes into the form, so that saving again is a decision and not an accident.
            form.data = form.data.copy()
            form.data["based_on"] = Text.objects.get(pk=self.object.pk).revision
            return self.form_invalid(form)
        messages.success(self.request, _("Saved. The page shows the new words now."))
        return redirect(reverse("consultation:text-list"))
