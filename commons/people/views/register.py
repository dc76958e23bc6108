"""The register: what is loaded, bringing a newer file, what became of it line by line; and, for everybody, where it is from."""

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import DetailView, FormView, TemplateView

from commons.people.actions.register import RegisterRefused, ask_register_import
from commons.people.forms.register import RegisterImportForm, RegisterRowsForm
from commons.people.models import RegisterImport
from commons.people.reports.register import changes_in_words, rows_of, what_is_loaded
from commons.people.reports.register_file import ODD, Problem
from commons.people.tasks.register import run_register_import
from commons.queues import State, ring

ROWS_A_PAGE = 50
IMPORTS_SHOWN = 20
# Progress is spoken by a screen reader each time another quarter is done.
STEP = 25


class RegisterImportView(PermissionRequiredMixin, FormView):
    """What the register holds, and the form to bring a file."""

    permission_required = "people.import_register"
    template_name = "people/register_import.html"
    form_class = RegisterImportForm

    def get_context_data(self, **kwargs: object) -> dict:
        imports = RegisterImport.objects.select_related("asked_by").defer("problems")[:IMPORTS_SHOWN]
        return super().get_context_data(loaded=what_is_loaded(), imports=imports, **kwargs)

    def form_valid(self, form: RegisterImportForm) -> HttpResponse:
        file = form.cleaned_data["file"]
        try:
            row = ask_register_import(
                file, by=self.request.user, file_name=file.name, edition=form.cleaned_data["edition"]
            )
        except RegisterRefused as refused:
            form.add_error("file", [problem.says for problem in refused.problems])
            return self.form_invalid(form)
        except OSError:
            form.add_error(
                None,
                _(
                    "We could not keep the file, so nothing was imported. Please try again, or tell those who run the site."
                ),
            )
            return self.form_invalid(form)
        ring(run_register_import, row.pk)
        return redirect("people:register-import-detail", pk=row.pk)


class RegisterImportDetailView(PermissionRequiredMixin, DetailView):
    """One import: how far it is, why it was refused, or what became of each line.

    While it runs, htmx asks for the moving part alone, and is told to load the page anew when it has ended.
    """

    permission_required = "people.import_register"
    template_name = "people/register_import_detail.html"
    queryset = RegisterImport.objects.select_related("asked_by")
    context_object_name = "import"

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        if request.headers.get("HX-Request"):
            if self.object.ended:
                return HttpResponse(headers={"HX-Refresh": "true"})
            response.template_name = "people/_register_progress.html"
            response.context_data["is_fragment"] = True
        return response

    def get_context_data(self, **kwargs: object) -> dict:
        row = self.object
        share = 100 * row.done_count // row.total_count if row.total_count else 0
        step = share // STEP * STEP
        context = super().get_context_data(
            share=share,
            step=step,
            announce=self.request.GET.get("step") not in {None, str(step)},
            problems=[Problem(**problem) for problem in row.problems],
            more_problems=row.problem_count - len(row.problems),
            **kwargs,
        )
        if row.state == State.DONE:
            context |= self._rows()
        return context

    def _rows(self) -> dict:
        form = RegisterRowsForm(self.request.GET)
        form.is_valid()
        page = Paginator(rows_of(self.object, **form.cleaned_data), ROWS_A_PAGE).get_page(self.request.GET.get("page"))
        for row in page.object_list:
            row.changes_in_words = changes_in_words(row)
            row.odd = [ODD[remark] for remark in row.remarks if remark in ODD]
        odd = [
            (key, label, self.object.remark_counts[key])
            for key, label in ODD.items()
            if key in self.object.remark_counts
        ]
        return {"form": form, "page_obj": page, "odd": odd}


class RegisterShowView(TemplateView):
    """Where the register comes from, under which licence, and what we hold of it."""

    public = True
    template_name = "people/register_show.html"

    def get_context_data(self, **kwargs: object) -> dict:
        return super().get_context_data(loaded=what_is_loaded(), **kwargs)
