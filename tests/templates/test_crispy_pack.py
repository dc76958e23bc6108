"""The crispy pack: labels, hints and errors find their controls, and nothing that people wrote becomes markup."""

import re
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string

HOSTILE = "<script>alert(1)</script>\"'{{ 7|add:7 }}"
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;{{ 7|add:7 }}"


class Needs(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the register", error_messages={"required": "Type the name"})
    stopped = forms.MultipleChoiceField(
        label="What stopped you?",
        help_text="Choose all that apply",
        widget=forms.CheckboxSelectMultiple,
        choices=[("law", "The law"), ("money", "Money"), ("none", "Nothing")],
        error_messages={"required": "Choose what stopped you"},
    )
    more = forms.CharField(label="More", required=False, widget=forms.Textarea(attrs={"data-maxlength": 1500}))
    token = forms.CharField(widget=forms.HiddenInput, initial="hidden")


def filtered(form: forms.Form) -> str:
    return Template("{% load crispy_forms_filters %}{{ form|crispy }}").render(Context({"form": form}))


def form_of(**fields: Any) -> forms.Form:
    return type("Form", (forms.Form,), fields)()


def test_a_label_a_hint_an_option_and_a_value_that_people_wrote_stay_text():
    form = form_of(
        a=forms.CharField(label=HOSTILE, help_text=HOSTILE, initial=HOSTILE),
        b=forms.ChoiceField(label=HOSTILE, widget=forms.RadioSelect, choices=[(HOSTILE, HOSTILE)]),
    )
    html = filtered(form)
    assert "<script" not in html
    # Two labels, one hint, one value of a box, one label and one value of an option.
    assert html.count(ESCAPED) == 6


def test_a_hostile_error_stays_text_in_the_summary_and_at_the_field():
    class Refusing(forms.Form):
        a = forms.CharField(error_messages={"required": HOSTILE})

    html = filtered(Refusing({}))
    assert (html.count("<script"), html.count(ESCAPED)) == (0, 2)


def test_every_described_control_finds_its_hint_and_its_error():
    html = filtered(Needs({}))
    described = [name for names in re.findall(r'aria-describedby="([^"]+)"', html) for name in names.split()]
    assert described == ["id_name_helptext", "id_name_error", "id_stopped_helptext", "id_stopped_error"]
    ids = re.findall(r' id="([^"]+)"', html)
    assert [name for name in described if ids.count(name) != 1] == []


def test_every_line_of_the_error_summary_leads_to_a_control():
    html = filtered(Needs({"token": "x"}))
    summary = html[html.index("error-summary") : html.index("div_id_name")]
    assert re.findall(r'href="#([^"]+)">([^<]+)<', summary) == [
        ("id_name", "Type the name"),
        ("id_stopped_0", "Choose what stopped you"),
    ]
    controls = re.findall(r"<input[^>]* id=\"([^\"]+)\"", html)
    assert {"id_name", "id_stopped_0"} <= set(controls)


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in filtered(Needs())


def test_an_error_is_announced_as_one_at_its_field():
    html = filtered(Needs({"token": "x", "stopped": ["law"]}))
    place = html[html.index('id="id_name_error"') :]
    assert re.sub(r"<[^>]+>|\s+", " ", place[: place.index("</p>")]).split(">")[-1].split() == [
        "Error:",
        "Type",
        "the",
        "name",
    ]


def test_optional_is_said_in_words_once_and_required_fields_have_no_mark():
    form = form_of(
        a=forms.CharField(label="A", required=False),
        b=forms.CharField(label="B (optional)", required=False),
        c=forms.CharField(label="C"),
        d=forms.BooleanField(label="D", required=False),
    )
    html = filtered(form)
    assert (html.count("(optional)"), html.count("*")) == (2, 0)


def test_a_question_alone_on_its_page_is_the_heading_whether_label_or_legend():
    form = Needs()
    for name in ("name", "stopped"):
        form.fields[name].heading = True
    html = filtered(form)
    assert re.findall(r"<h1[^>]*>(?:<label[^>]*>)?([^<]+?)\s*<", html) == ["Name", "What stopped you?"]


def test_options_that_exclude_the_others_stand_after_an_or():
    form = Needs()
    form.fields["stopped"].exclusive = ["none"]
    html = filtered(form)
    words = re.findall(r'<p class="option-or">(\w+)</p>|<label for="id_stopped_\d">([^<]+)</label>', html)
    assert [first or second for first, second in words] == ["The law", "Money", "or", "Nothing"]


def test_a_long_answer_states_its_limit_without_script():
    html = filtered(Needs())
    assert re.findall(r'id="id_more_count"[^>]*>([^<]+)<', html) == ["You can write up to 1500 characters"]


def test_a_hidden_field_is_only_its_input():
    html = filtered(Needs())
    assert [line for line in html.splitlines() if "token" in line] == [
        '<input type="hidden" name="token" value="hidden" id="id_token">'
    ]


def test_the_tag_writes_the_form_its_token_and_its_buttons():
    form = Needs()
    form.helper = FormHelper()
    form.helper.add_input(Submit("go", "Save & continue"))
    form.helper.add_input(Submit("later", "Later", css_class="link-button"))
    html = render_crispy_form(form, form.helper, {"csrf_token": "abc"})
    assert re.findall(r"<form[^>]*>", html) == ['<form  method="post" novalidate>']
    assert html.count('name="csrfmiddlewaretoken"') == 1
    buttons = re.findall(r'<button type="submit" name="(\w+)"[^>]*class="([^"]*)"[^>]*>([^<]+)<', html)
    assert [(name, " ".join(classes.split()), label) for name, classes, label in buttons] == [
        ("go", "button", "Save &amp; continue"),
        ("later", "link-button", "Later"),
    ]


def test_a_layout_may_group_fields_and_leave_the_summary_to_the_page():
    form = Needs({})
    form.helper = FormHelper()
    form.helper.show_summary = False
    form.helper.layout = Layout(Fieldset("About you", "name"))
    html = render_crispy_form(form, form.helper, {})
    assert "error-summary" not in html
    assert re.findall(r"<legend[^>]*>([^<]+)</legend>", html) == ["About you"]


def test_a_group_of_fields_keeps_its_legend_as_text_and_describes_itself():
    form = form_of(
        one=forms.ChoiceField(label="One", widget=forms.RadioSelect, choices=[("1", "Hard")]),
        two=forms.ChoiceField(label="Two", widget=forms.RadioSelect, choices=[("1", "Hard")]),
    )
    group = {"id": "q", "legend": HOSTILE, "hint": "Each row", "error": "Fill both", "kind": "grid"}
    html = render_to_string("components/field_group.html", {**group, "fields": [form["one"], form["two"]]})
    assert re.findall(r"<legend[^>]*>([^<]+?)\s*<", html) == [ESCAPED, "One", "Two"]
    assert re.findall(r'<fieldset aria-describedby="([^"]+)"', html) == ["q_helptext q_error"]


def test_each_part_of_a_date_has_its_own_label():
    form = form_of(day=forms.DateField(label="Day", widget=forms.SelectDateWidget(years=[2026])))
    html = filtered(form)
    labels = dict(re.findall(r'<label for="(id_day_\w+)">(\w+)</label>', html))
    assert labels == {"id_day_day": "Day", "id_day_month": "Month", "id_day_year": "Year"}
    assert set(re.findall(r'<select[^>]* id="(\w+)"', html)) == set(labels)
