"""Reading a questionnaire document and refusing it with precise problems when anything in it is wrong.

A document is plain JSON, so that it can be read, compared and translated. All checks run at load, before a single
respondent sees a page: shape, unique and well-formed codes, complete translations, rules that are typed, look only
back and can come true. Every problem carries a path such as `/sections/2/pages/0/questions/1/options/3/label`.

The document::

    code, version, title, languages, default_language
    words      the few words used with every question: dont_know, prefer_not, not_answered, yes, no
    facts      facts that rules may read, name to text|number|bool
    rules      named rules, name to rule
    scales     named scales, name to list of options
    forms      form id to {label, minutes, answers}; and `full_only`, the rule for questions that are not `short`
    sections   [{id, title, intro?, when?, kept_apart?, pages: [{id, title?, hint?, when?, questions: [...]}]}]

A question has `code`, `type`, `label` and what its type needs: `options` (single, multi, rank, band), `scale` (scale,
grid), `rows` (grid), `limit` (multi, rank), `min` and `max` (number, year), `max_length` (text, long, lookup); and
may have hint, why, error, required, allow, row_allow, sensitivity, short, detail, shuffle, unit, display, when.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from census.instrument.rules import Compiler, Context, Rule, Sketch
from census.instrument.shapes import (
    DONT_KNOW,
    FIGURES,
    MARKS,
    ONE_CHOICE,
    PREFER_NOT,
    TYPES,
    WRITTEN,
    Form,
    Instrument,
    Option,
    Page,
    Question,
    Section,
    Words,
)

CODE = re.compile(r"[a-z][a-z0-9_]{1,17}")
# Options and rows that become part of a column name (`code__option`, at most 32 characters for Stata and SPSS) are
# short; those that are only ever a value may be as long as the register's own codes.
PART = re.compile(r"[a-z0-9_]{1,12}")
VALUE = re.compile(r"[a-z0-9_]{1,20}")
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Names that HTML fields use behind `code__`, and replies that are not answers.
RESERVED = frozenset({"other", "mark"})
WORDS = ("dont_know", "prefer_not", "not_answered", "yes", "no")
DISPLAYS = frozenset({"", "radios", "select", "inline"})
SENSITIVITIES = frozenset({"ordinary", "high", "personal"})
# Above this many combinations of answers a page is taken to be reachable rather than proved so.
COMBINATIONS = 20_000


class Fault(NamedTuple):
    """One thing wrong with a document: where (like a JSON pointer) and what, in plain words."""

    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.path or '/'}: {self.words}"


class InvalidInstrument(ValueError):
    """A document that cannot be used; `problems` lists every fault found."""

    def __init__(self, problems: list[Fault]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


def load_file(path: str | Path) -> Instrument:
    """The instrument in a UTF-8 JSON file. Raises `InvalidInstrument` (also for broken JSON) or `OSError`."""
    try:
        content = Path(path).read_text(encoding="utf-8")
        document = json.loads(content, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise InvalidInstrument([Fault("", f"the file is not UTF-8 text (byte {error.start})")]) from error
    except json.JSONDecodeError as error:
        raise InvalidInstrument([Fault("", f"line {error.lineno}, column {error.colno}: {error.msg}")]) from error
    except RecursionError as error:
        raise InvalidInstrument([Fault("", "the document is nested too deeply")]) from error
    return load(document)


def load(document: Any) -> Instrument:
    """The instrument a document describes, immutable. Raises `InvalidInstrument` with every problem found."""
    return _Reader(document).instrument()


def canonical(document: Any) -> bytes:
    """The one way to write this JSON value: sorted keys, no spaces, UTF-8. Its digest names a version's content."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise InvalidInstrument([Fault("", f"the key “{key}” stands twice in one object")])
        result[key] = value
    return result


def _no_constant(name: str) -> Any:
    raise InvalidInstrument([Fault("", f"{name} is not a JSON number")])


_QUESTION_KEYS = {
    "code": str, "type": str, "label": dict, "hint": dict, "why": dict, "error": dict, "options": list, "rows": list,
    "scale": str, "limit": int, "required": str, "allow": list, "row_allow": list, "sensitivity": str, "short": bool,
    "max_length": int, "min": int, "max": int, "detail": dict, "shuffle": bool, "unit": dict, "display": str,
    "when": dict,
}  # fmt: skip
_NEEDS = {
    "single": {"options"}, "band": {"options"}, "multi": {"options"}, "rank": {"options", "limit"}, "scale": {"scale"},
    "grid": {"rows", "scale"}, "number": {"min", "max"}, "year": {"min", "max"}, "text": {"max_length"},
    "long": {"max_length"}, "lookup": {"max_length"}, "yesno": set(),
}  # fmt: skip
_MAY = {
    "options": {"single", "band", "multi", "rank"}, "rows": {"grid"}, "scale": {"scale", "grid"},
    "limit": {"multi", "rank"}, "min": FIGURES, "max": FIGURES, "unit": FIGURES, "max_length": WRITTEN,
    "row_allow": {"grid"}, "shuffle": {"single", "multi", "rank"}, "detail": {"single", "multi", "rank"},
}  # fmt: skip
_KIND_WORDS = {str: "text", dict: "an object", list: "a list", int: "a whole number", bool: "true or false"}


class _Reader:
    """One pass over one document. Collects faults instead of stopping at the first."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.faults: list[Fault] = []
        self.languages: tuple[str, ...] = ("en",)
        self.words: Mapping[str, Words] = {}
        self.scales: dict[str, tuple[Option, ...]] = {}
        self.codes: dict[str, str] = {}

    def fault(self, path: str, words: str) -> None:
        self.faults.append(Fault(path, words))

    def instrument(self) -> Instrument:
        try:
            return self._instrument()
        except RecursionError as error:
            raise InvalidInstrument([Fault("", "the document is nested too deeply")]) from error

    def _instrument(self) -> Instrument:
        top = self._object(
            self.document, "",
            {"code": str, "version": int, "title": dict, "languages": list, "default_language": str, "words": dict,
             "facts": dict, "rules": dict, "scales": dict, "forms": dict, "full_only": dict, "sections": list},
            {"code", "version", "title", "languages", "default_language", "words", "sections"},
        )  # fmt: skip
        self._stop_if_broken()
        self._read_languages(top)
        if not ID.fullmatch(top["code"]):
            self.fault("/code", "a code is small letters, figures and single hyphens")
        title = self._words(top, "title", "")
        self.words = MappingProxyType({key: self._words(top["words"], key, "/words", needed=True) for key in WORDS})
        for key in top["words"].keys() - set(WORDS):
            self.fault(f"/words/{key}", "unknown key")
        facts = top.get("facts", {})
        for name, kind in facts.items():
            if not _among(kind, {"text", "number", "bool"}):
                self.fault(f"/facts/{name}", "a fact is text, number or bool")
        for name, points in top.get("scales", {}).items():
            self.scales[name] = self._options(points, f"/scales/{name}", VALUE)
        sections = [self._section(raw, f"/sections/{i}") for i, raw in enumerate(top["sections"])]
        if not sections:
            self.fault("/sections", "there must be at least one section")
        self._unique([section.get("id") for section in sections], "/sections", "section id")
        self._stop_if_broken()

        sketches, order = self._sketch(sections)
        compiler = Compiler(sketches, facts, top.get("rules", {}), self.fault)
        for name in top.get("rules", {}):
            compiler.compile_named(name, f"/rules/{name}")
        full_only = compiler.compile(top["full_only"], "/full_only") if "full_only" in top else None
        conditions = self._conditions(sections, sketches, compiler, full_only)
        forms = self._forms(top.get("forms", {}), sketches)
        self._stop_if_broken()
        self._prove_reachable(sections, sketches, order, conditions)
        self._stop_if_broken()
        return self._build(top, title, sections, conditions, forms, facts)

    def _stop_if_broken(self) -> None:
        if self.faults:
            raise InvalidInstrument(self.faults)

    # -- small readers -------------------------------------------------------------------------------------------

    def _object(self, raw: Any, path: str, keys: Mapping[str, type], needed: set[str]) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            self.fault(path, "must be an object")
            return {}
        good = {}
        for key, value in raw.items():
            if key not in keys:
                self.fault(f"{path}/{key}", "unknown key")
            elif not isinstance(value, keys[key]) or (keys[key] is int and isinstance(value, bool)):
                self.fault(f"{path}/{key}", f"must be {_KIND_WORDS[keys[key]]}")
            else:
                good[key] = value
        for key in sorted(needed - raw.keys()):
            self.fault(f"{path}/{key}", "is missing")
        return good

    def _words(self, raw: Mapping, key: str, path: str, needed: bool = False) -> Words:
        """A language dict: text in every offered language; languages not yet offered may already be there."""
        value = raw.get(key)
        here = f"{path}/{key}"
        if value is None:
            if needed:
                self.fault(here, "is missing")
            return MappingProxyType({})
        if not isinstance(value, Mapping):
            self.fault(here, "must be an object from language to text")
            return MappingProxyType({})
        for language in self.languages:
            if not isinstance(value.get(language), str) or not value[language].strip():
                self.fault(f"{here}/{language}", f"is not translated into “{language}”")
        for language, words in value.items():
            if not isinstance(words, str):
                self.fault(f"{here}/{language}", "must be text")
        return MappingProxyType(dict(value))

    def _unique(self, values: list[Any], path: str, what: str) -> None:
        seen: set[Any] = set()
        for i, value in enumerate(values):
            if value is not None and value in seen:
                self.fault(f"{path}/{i}", f"the {what} “{value}” is used twice")
            seen.add(value)

    def _read_languages(self, top: Mapping) -> None:
        languages = top["languages"]
        if not languages or not all(
            isinstance(language, str) and re.fullmatch("[a-z]{2}", language) for language in languages
        ):
            self.fault("/languages", "must list at least one two-letter language code")
        elif top["default_language"] not in languages:
            self.fault("/default_language", "must be one of the offered languages")
        else:
            self.languages = tuple(languages)
            self._unique(list(languages), "/languages", "language")

    def _options(self, raw: Any, path: str, pattern: re.Pattern) -> tuple[Option, ...]:
        if not isinstance(raw, list) or not raw:
            self.fault(path, "must be a list with at least one entry")
            return ()
        options = []
        for i, item in enumerate(raw):
            here = f"{path}/{i}"
            good = self._object(
                item,
                here,
                {"code": str, "n": int, "label": dict, "hint": dict, "exclusive": bool},
                {"code", "n", "label"},
            )
            code = good.get("code")
            if code is not None and (not pattern.fullmatch(code) or code in MARKS):
                self.fault(f"{here}/code", f"“{code}” cannot be an option code here")
            if good.get("n", 1) < 1 or good.get("n") in {997, 998}:
                self.fault(f"{here}/n", "the permanent number is at least 1, and 997 and 998 are taken")
            options.append(
                Option(
                    code or "", good.get("n", 0), self._words(good, "label", here), self._words(good, "hint", here),
                    good.get("exclusive", False),
                )
            )  # fmt: skip
        self._unique([option.code for option in options], path, "option code")
        self._unique([option.n for option in options], path, "option number")
        return tuple(options)

    # -- sections, pages, questions ------------------------------------------------------------------------------

    def _section(self, raw: Any, path: str) -> dict[str, Any]:
        good = self._object(
            raw, path,
            {"id": str, "title": dict, "intro": dict, "when": dict, "kept_apart": bool, "pages": list},
            {"id", "title", "pages"},
        )  # fmt: skip
        self._id(good, path)
        pages = [self._page(page, f"{path}/pages/{i}") for i, page in enumerate(good.get("pages", []))]
        if not pages:
            self.fault(f"{path}/pages", "a section has at least one page")
        self._unique([page.get("id") for page in pages], f"{path}/pages", "page id")
        return {
            **good, "path": path, "pages": pages,
            "title": self._words(good, "title", path), "intro": self._words(good, "intro", path),
        }  # fmt: skip

    def _page(self, raw: Any, path: str) -> dict[str, Any]:
        good = self._object(
            raw, path, {"id": str, "title": dict, "hint": dict, "when": dict, "questions": list}, {"id", "questions"}
        )
        self._id(good, path)
        questions = [self._question(item, f"{path}/questions/{i}") for i, item in enumerate(good.get("questions", []))]
        if not questions:
            self.fault(f"{path}/questions", "a page has at least one question")
        if len(questions) > 1 and not good.get("title"):
            self.fault(f"{path}/title", "a page with more than one question needs a title")
        return {
            **good, "path": path, "questions": questions,
            "title": self._words(good, "title", path), "hint": self._words(good, "hint", path),
        }  # fmt: skip

    def _id(self, good: Mapping, path: str) -> None:
        if "id" in good and not ID.fullmatch(good["id"]):
            self.fault(f"{path}/id", "an id is small letters, figures and single hyphens")

    def _question(self, raw: Any, path: str) -> dict[str, Any]:
        good = self._object(raw, path, _QUESTION_KEYS, {"code", "type", "label"})
        kind = good.get("type")
        self._code(good.get("code"), f"{path}/code")
        if kind is not None and kind not in TYPES:
            self.fault(f"{path}/type", f"there is no type “{kind}”")
            kind = None
        if kind is not None:
            for key in sorted(_NEEDS[kind] - good.keys()):
                self.fault(f"{path}/{key}", f"is missing; a {kind} question needs it")
            for key in good:
                if key in _MAY and kind not in _MAY[key]:
                    self.fault(f"{path}/{key}", f"a {kind} question cannot have it")
        for key in ("label", "hint", "why", "error", "unit"):
            good[key] = self._words(good, key, path)
        self._read_choices(good, kind, path)
        self._read_bounds(good, kind, path)
        for key in ("allow", "row_allow"):
            for mark in good.get(key, []):
                if not _among(mark, {DONT_KNOW, PREFER_NOT}):
                    self.fault(f"{path}/{key}", f"“{mark}” cannot be allowed; only dont_know and prefer_not can")
            self._unique([str(mark) for mark in good.get(key, [])], f"{path}/{key}", "reply")
        if good.get("required", "no") not in {"hard", "no"}:
            self.fault(f"{path}/required", "must be “hard” or “no”")
        if good.get("sensitivity", "ordinary") not in SENSITIVITIES:
            self.fault(f"{path}/sensitivity", f"must be one of {', '.join(sorted(SENSITIVITIES))}")
        if good.get("display", "") not in DISPLAYS:
            self.fault(f"{path}/display", f"must be one of {', '.join(sorted(DISPLAYS - {''}))}")
        good["path"] = path
        good["detail"] = self._detail(good, path)
        return good

    def _code(self, code: Any, path: str) -> None:
        if code is None:
            return
        if not CODE.fullmatch(code) or "__" in code:
            self.fault(
                path, f"“{code}” cannot be a variable code: 2 to 18 small letters, figures and single _, a letter first"
            )
        if code in self.codes:
            self.fault(path, f"the code “{code}” is already used at {self.codes[code]}")
        self.codes.setdefault(code, path)

    def _read_choices(self, good: dict[str, Any], kind: str | None, path: str) -> None:
        pattern = PART if kind in {"multi", "rank"} else VALUE
        good["options"] = self._options(good["options"], f"{path}/options", pattern) if "options" in good else ()
        good["rows"] = self._options(good["rows"], f"{path}/rows", PART) if "rows" in good else ()
        for i, row in enumerate(good["rows"]):
            if row.code in RESERVED:
                self.fault(f"{path}/rows/{i}/code", f"“{row.code}” is a reserved word and cannot be a row")
        scale = ()
        if "scale" in good:
            if good["scale"] in self.scales:
                scale = self.scales[good["scale"]]
            else:
                self.fault(f"{path}/scale", f"there is no scale “{good['scale']}”")
        good["scale"] = ()
        if kind == "scale":
            good["options"] = scale
        elif kind == "grid":
            good["scale"] = scale
        elif kind == "yesno":
            good["options"] = (Option("yes", 1, self.words["yes"]), Option("no", 2, self.words["no"]))
        for i, option in enumerate(good["options"]):
            if option.exclusive and kind != "multi":
                self.fault(f"{path}/options/{i}/exclusive", "only an option of a tick-all question can exclude others")
            if option.code == "none" and kind == "multi" and not option.exclusive:
                self.fault(f"{path}/options/{i}/exclusive", "“none” must be exclusive in a tick-all question")

    def _read_bounds(self, good: dict[str, Any], kind: str | None, path: str) -> None:
        if "min" in good and "max" in good and good["min"] > good["max"]:
            self.fault(f"{path}/min", "the smallest value is above the largest")
        if good.get("max_length", 1) < 1:
            self.fault(f"{path}/max_length", "must be at least 1")
        if "limit" in good and good["options"] and not 1 <= good["limit"] <= len(good["options"]):
            self.fault(f"{path}/limit", "must be at least 1 and at most the number of options")

    def _detail(self, good: dict[str, Any], path: str) -> dict[str, Any] | None:
        if "detail" not in good:
            return None
        here = f"{path}/detail"
        detail = self._object(
            good["detail"], here,
            {"code": str, "options": list, "label": dict, "hint": dict, "max_length": int},
            {"code", "options", "label", "max_length"},
        )  # fmt: skip
        self._code(detail.get("code"), f"{here}/code")
        known = {option.code for option in good["options"]}
        for option in detail.get("options", []):
            if not _among(option, known):
                self.fault(f"{here}/options", f"there is no option “{option}”")
        if detail.get("options") == []:
            self.fault(f"{here}/options", "must name the options that ask for the detail")
        if detail.get("max_length", 1) < 1:
            self.fault(f"{here}/max_length", "must be at least 1")
        return {
            **detail,
            "path": here,
            "label": self._words(detail, "label", here),
            "hint": self._words(detail, "hint", here),
        }

    # -- rules ---------------------------------------------------------------------------------------------------

    def _sketch(self, sections: list[dict]) -> tuple[dict[str, Sketch], list[str]]:
        sketches: dict[str, Sketch] = {}
        position = 0
        for section in sections:
            for page in section["pages"]:
                for question in page["questions"]:
                    choices = question["scale"] if question["type"] == "grid" else question["options"]
                    sketches[question["code"]] = Sketch(
                        question["code"],
                        question["type"],
                        frozenset(option.code for option in choices),
                        frozenset(row.code for row in question["rows"]),
                        position,
                        section.get("kept_apart", False),
                    )
                position += 1
        return sketches, list(sketches)

    def _conditions(
        self, sections: list[dict], sketches: Mapping[str, Sketch], compiler: Compiler, full_only: Rule | None
    ) -> dict[str, list[Rule]]:
        """The compiled rules that stand before each question, by path of section, page and question."""
        conditions: dict[str, list[Rule]] = {}
        position = 0
        for section in sections:
            apart = section.get("kept_apart", False)
            conditions[section["path"]] = self._condition(section, position, apart, sketches, compiler)
            for page in section["pages"]:
                conditions[page["path"]] = self._condition(page, position, apart, sketches, compiler)
                for question in page["questions"]:
                    own = self._condition(question, position, apart, sketches, compiler)
                    if full_only is not None and not question.get("short", False):
                        self._look_back(full_only, f"{question['path']}/short", position, apart, sketches)
                        own = [full_only, *own]
                    conditions[question["path"]] = own
                position += 1
        return conditions

    def _condition(
        self, raw: Mapping, position: int, apart: bool, sketches: Mapping[str, Sketch], compiler: Compiler
    ) -> list[Rule]:
        if "when" not in raw:
            return []
        path = f"{raw['path']}/when"
        rule = compiler.compile(raw["when"], path)
        self._look_back(rule, path, position, apart, sketches)
        return [rule]

    def _look_back(self, rule: Rule, path: str, position: int, apart: bool, sketches: Mapping[str, Sketch]) -> None:
        """Rules read earlier pages only, so one pass decides the path; and the identity part keeps to itself."""
        for code in sorted(rule.reads):
            if sketches[code].page >= position:
                where = "on the same page" if sketches[code].page == position else "later"
                self.fault(path, f"reads the answer to “{code}”, which is asked {where}; rules only look back")
            if sketches[code].kept_apart != apart:
                self.fault(path, f"reads the answer to “{code}” across the wall between answers and the identity part")

    def _forms(self, raw: Mapping, sketches: Mapping[str, Sketch]) -> dict[str, Form]:
        forms = {}
        for form_id, item in raw.items():
            path = f"/forms/{form_id}"
            good = self._object(
                item, path, {"label": dict, "minutes": int, "answers": dict}, {"label", "minutes", "answers"}
            )
            for code, option in good.get("answers", {}).items():
                if code not in sketches:
                    self.fault(f"{path}/answers/{code}", f"there is no question “{code}”")
                elif sketches[code].type not in ONE_CHOICE or not _among(option, sketches[code].options):
                    self.fault(f"{path}/answers/{code}", f"there is no option “{option}”")
            label = self._words(good, "label", path)
            forms[form_id] = Form(
                form_id, label, good.get("minutes", 0), MappingProxyType(dict(good.get("answers", {})))
            )
        return forms

    # -- proof that everything can be reached --------------------------------------------------------------------

    def _prove_reachable(
        self,
        sections: list[dict],
        sketches: Mapping[str, Sketch],
        order: list[str],
        conditions: Mapping[str, list[Rule]],
    ) -> None:
        before = {
            question["code"]: [*conditions[section["path"]], *conditions[page["path"]], *conditions[question["path"]]]
            for section in sections
            for page in section["pages"]
            for question in page["questions"]
        }
        for section in sections:
            for page in section["pages"]:
                dead = [q for q in page["questions"] if not _reachable(q["code"], sketches, order, before)]
                if len(dead) == len(page["questions"]):
                    self.fault(page["path"], "no answers can ever lead to this page")
                else:
                    for question in dead:
                        self.fault(question["path"], "no answers can ever lead to this question")

    # -- building ------------------------------------------------------------------------------------------------

    def _build(
        self, top: Mapping, title: Words, sections: list[dict], conditions: Mapping[str, list[Rule]],
        forms: dict[str, Form], facts: Mapping[str, str],
    ) -> Instrument:  # fmt: skip
        built: list[Section] = []
        questions: dict[str, Question] = {}
        details: dict[str, Question] = {}
        position = 0
        for section in sections:
            pages = []
            for page in section["pages"]:
                asked = []
                for raw in page["questions"]:
                    question = self._build_question(raw, conditions[raw["path"]])
                    asked.append(question)
                    questions[question.code] = question
                    if question.detail is not None:
                        details[question.detail.code] = question.detail
                made = Page(
                    page["id"], tuple(asked), page["title"], page["hint"], page.get("when"), position,
                    _all_of(conditions[page["path"]]),
                )  # fmt: skip
                for question in asked:
                    object.__setattr__(question, "page", made)
                    if question.detail is not None:
                        object.__setattr__(question.detail, "page", made)
                        object.__setattr__(question.detail, "parent", question)
                pages.append(made)
                position += 1
            whole = Section(
                section["id"], section["title"], tuple(pages), section["intro"], section.get("kept_apart", False),
                section.get("when"), _all_of(conditions[section["path"]]),
            )  # fmt: skip
            for page in pages:
                object.__setattr__(page, "section", whole)
            built.append(whole)
        return Instrument(
            code=top["code"],
            version=top["version"],
            title=title,
            languages=self.languages,
            default_language=top["default_language"],
            sections=tuple(built),
            questions=MappingProxyType(questions),
            details=MappingProxyType(details),
            forms=MappingProxyType(forms),
            words=self.words,
            facts=MappingProxyType(dict(facts)),
            sha256=hashlib.sha256(canonical(self.document)).hexdigest(),
        )

    def _build_question(self, raw: Mapping, rules: list[Rule]) -> Question:
        detail = raw["detail"]
        simple = ("limit", "required", "sensitivity", "short", "max_length", "min", "max", "shuffle", "display", "when")
        return Question(
            code=raw["code"],
            type=raw["type"],
            field=raw["code"],
            **{key: raw[key] for key in ("label", "hint", "why", "error", "options", "rows", "scale", "unit")},
            **{key: raw[key] for key in simple if key in raw},
            allow=tuple(raw.get("allow", ())),
            row_allow=tuple(raw.get("row_allow", ())),
            detail_for=tuple(detail["options"]) if detail else (),
            detail=detail
            and Question(
                code=detail["code"],
                type="text",
                label=detail["label"],
                hint=detail["hint"],
                field=f"{raw['code']}__other",
                max_length=detail["max_length"],
                sensitivity=raw.get("sensitivity", "ordinary"),
                short=raw.get("short", False),
                words=self.words,
            ),
            words=self.words,
            test=_all_of(rules),
            reads=frozenset().union(*(rule.reads for rule in rules)),
        )


def _among(value: Any, allowed: Container[str]) -> bool:
    """Membership that junk of an unhashable type cannot turn into an exception."""
    return isinstance(value, str) and value in allowed


def _all_of(rules: list[Rule]) -> Any:
    if not rules:
        return None
    if len(rules) == 1:
        return rules[0].test
    tests = [rule.test for rule in rules]
    # A page is shown only if its rule is True, so unknown and False need no telling apart at this height.
    return lambda context: all(test(context) is True for test in tests)


def _reachable(code: str, sketches: Mapping[str, Sketch], order: list[str], before: Mapping[str, list[Rule]]) -> bool:
    """Whether some answers lead to the question; True also when that is too dear to prove."""
    needed: set[str] = set()
    waiting = [code]
    while waiting:
        for rule in before[waiting.pop()]:
            if rule.facts:
                return True
            for read in rule.reads - needed:
                needed.add(read)
                waiting.append(read)
    if any(sketches[read].type not in ONE_CHOICE for read in needed):
        return True
    sequence = [read for read in order if read in needed]
    size = 1
    for read in sequence:
        size *= len(sketches[read].options) + 1
    if size > COMBINATIONS:
        return True
    return any(_leads_to(code, answers, before) for answers in _combinations(sequence, sketches))


def _combinations(sequence: list[str], sketches: Mapping[str, Sketch]) -> Iterator[dict[str, str | None]]:
    for values in itertools.product(*([*sorted(sketches[read].options), None] for read in sequence)):
        yield dict(zip(sequence, values, strict=True))


def _leads_to(code: str, answers: Mapping[str, str | None], before: Mapping[str, list[Rule]]) -> bool:
    context = Context({}, {})
    for read, value in answers.items():
        if value is not None and all(rule.test(context) is True for rule in before[read]):
            context.visible[read] = value
    context.known.clear()
    return all(rule.test(context) is True for rule in before[code])
