"""Seeing is a queryset: what belongs to people is chosen by `visible_to(user)`, or it is said here why not."""

import ast

from django.apps import apps as registry

from tests.architecture.tree import PARTS, name_of, parsed, under

NOT_BY_PERSON = {
    "audit.Entry": "Staff read the whole record or nothing of it; the page asks one permission and there is no other door.",
    "blog.Byline": "Part of a post one may see; who was only asked is shown to the authors alone.",
    "blog.Draft": "Read only by the authors of a post, whom `written_by` chooses.",
    "blog.Note": "Read only by the authors and editors of a post they may see.",
    "blog.PictureFile": "The bytes of a picture one may see.",
    "blog.Proposal": "Read only with a submission one may see.",
    "census.AccessCode": "A code is found by being typed; staff reach it through a case they may see.",
    "census.CodeAttempt": "Holds a keyed hash and a time, and is only counted.",
    "census.CodeBatch": "Staff reach it through a wave they may see.",
    "census.ContactRevision": "Read only as part of a response one may see, by `answers_of`.",
    "census.InstrumentVersion": "A questionnaire: public once its wave is open, and read only through a wave.",
    "census.PageRevision": "Read only as part of a response one may see, by `answers_of`.",
    "census.Reminder": "Counted on the board of a wave, and read with a notice by who speaks for the organisation.",
    "census.Stratum": "Counts of the register, read through a wave.",
    "consultation.Ballot": "Only counted, and opened by its own token.",
    "consultation.BallotTry": "Holds a keyed hash and a time, and is only counted.",
    "consultation.EventFeedback": "Read by staff alone, on a page that asks so, and counted.",
    "consultation.EventHelper": "Read by staff alone, and asked for by the person themselves.",
    "consultation.EventIdea": "Part of an event: shown to the room and, once marks are published, to everybody.",
    "consultation.EventMove": "Everybody reads what was moved, and why.",
    "consultation.EventPhoto": "Asked for through its table by staff and facilitators, and by everybody once published.",
    "consultation.EventSession": "Part of an event one may see.",
    "consultation.EventTable": "Read by staff and facilitators, and opened by its own code.",
    "consultation.Knock": "Holds a keyed hash and a time, and is only counted.",
    "consultation.Mark": "Only counted, and read by who holds the ballot.",
    "consultation.Phase": "The timetable is public.",
    "consultation.PhaseMove": "Everybody reads what was moved, and why.",
    "consultation.PhaseNotice": "Only says whether a public fact has been told.",
    "consultation.SourceFile": "The bytes of a source one may see.",
    "consultation.Text": "Texts of public pages.",
    "contributions.Edit": "An earlier wording of a contribution one may see, less what moderators have hidden.",
    "contributions.Fingerprint": "Only compared with one another; what they lead to is chosen anew from what is public.",
    "contributions.Support": "Only counted, and asked for by the person themselves.",
    "contributions.Visit": "Only its reader's own is ever asked for.",
    "moderation.Report": "Read by moderators as part of a moderation they may see.",
    "panel.Anchor": "Part of a contribution one may see.",
    "panel.Approval": "Counted, and listed for the panel on a draft it may see.",
    "panel.Change": "A published one is part of a public version; a pending one is read on a draft the panel may see.",
    "panel.DraftRevision": "Read only through a draft one may see.",
    "panel.Part": "Titles of the framework are public.",
    "panel.Seat": "What members say of themselves is public.",
    "panel.Voice": "Read with the contributions one may see, and with the posts and sources everybody may see.",
    "panel.Welcome": "A public text.",
    "panel.WorkingCopy": "Only its writer's own is ever shown; of others' only that they are writing.",
    "people.Appointment": "Who holds which role is public; staff make and end them, asked by permission.",
    "people.Organisation": "The register is public.",
    "people.RegisterImport": "Staff see all or nothing, asked by permission.",
    "people.RegisterImportRow": "Read only through an import.",
    "themes.Theme": "Names that everybody reads.",
}


def test_every_row_is_chosen_by_the_viewer_or_it_is_said_why_not():
    ours = [model for model in registry.get_models() if model.__module__.split(".")[0] in PARTS]
    without = {model._meta.label for model in ours if not hasattr(model._default_manager, "visible_to")}
    assert without == set(NOT_BY_PERSON)


# Every other word by which a view begins a choice of private rows. Each is narrowed to what the viewer may see, in this way.
OTHER_WAYS = {
    "census/views/access.py Response.live": "the reply of the case that the code or the membership opened",
    "census/views/entering.py Wave.opened_by": "title and dates of a wave that has opened are public",
    "census/views/staff.py Response.live": "how far a case is that staff may see; and with `visible_to`, to read it",
    "commons/people/views/doors.py Door.of_code": "an open door, found by its code, to be remembered and not shown",
    "commons/people/views/doors.py Door.open": "the door that this visitor came through",
    "commons/digests/views.py Subscription.found_by": "the row that the signed token of a mail opens",
    "commons/people/views/organisations.py Membership.asked": "staff's queue, asked by permission",
    "commons/people/views/organisations.py Membership.filter": "the colleagues of a request that staff may see",
    "commons/people/views/users.py Membership.filter": "one's own",
    "consultation/views/ideas.py Contribution.exclude": "narrows the page of a public thread, which chooses by viewer itself",
    "panel/views/publishing.py Contribution.public": "what everybody may read, behind a decision",
    "panel/views/strategy.py Contribution.filter": "narrows the page of a public thread, which chooses by viewer itself",
    "panel/views/strategy.py Dissent.published": "what its author wished everybody to read",
}
CHOSEN_BY_VIEWER = {"visible_to", "answerable_by", "none"}


def test_views_begin_every_choice_of_private_rows_with_the_viewer():
    """`get_object_or_404(Case, ...)`, `model = Case` or `Case.objects.get(...)` in a view would go round `visible_to`."""
    private = {
        model.__name__
        for model in registry.get_models()
        if model.__module__.split(".")[0] in PARTS and hasattr(model._default_manager, "visible_to")
    }
    found = set()
    for path in under("views", "feeds", "sitemaps"):
        for node in ast.walk(parsed(path)):
            match node:
                case ast.Attribute(value=ast.Attribute(attr="objects", value=model)) if name_of(model) in private:
                    found.add(f"{path} {name_of(model)}.{node.attr}")
                case ast.Call(args=[first, *_]) if (
                    name_of(node.func) == "get_object_or_404" and name_of(first) in private
                ):
                    found.add(f"{path} get_object_or_404 of {name_of(first)}")
                case ast.Assign(targets=[ast.Name(id="model")], value=model) if name_of(model) in private:
                    found.add(f"{path} model = {name_of(model)}")
    assert {way for way in found if way.split(".")[-1] not in CHOSEN_BY_VIEWER} == set(OTHER_WAYS)
