"""Pictures of a post: bringing them, saying what they show, taking them away, and sending their bytes to whoever may see them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import get_conditional_response
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from blog.actions.pictures import (
    MOST_PICTURES,
    AltMissing,
    PictureInUse,
    TooManyPictures,
    add_picture,
    change_alt,
    drop_picture,
)
from blog.actions.writing import NotYours
from blog.forms.writing import AltForm, PictureForm
from blog.models import Picture, PictureFile
from blog.views.writing import OwnPostMixin
from commons.imaging import PictureRefused, draw


class PicturesView(OwnPostMixin, FormView):
    """The pictures of a post, each with what to put into the text, and the form to bring one."""

    permission_required = "blog.add_picture"
    template_name = "blog/pictures.html"
    form_class = PictureForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pictures = self.post_shown.pictures.all()
        return super().get_context_data(pictures=pictures, most=MOST_PICTURES, **kwargs)

    def form_valid(self, form: PictureForm) -> HttpResponse:
        given = form.cleaned_data
        if self.post_shown.pictures.count() >= MOST_PICTURES:
            # Asked once more, and bindingly, when it is kept; here it spares the work of drawing it.
            form.add_error(None, _("A post can have %(most)d pictures at most.") % {"most": MOST_PICTURES})
            return self.form_invalid(form)
        try:
            picture = add_picture(self.post_shown, by=self.request.user, alt=given["alt"], drawn=draw(given["file"]))
        except PictureRefused as refusal:
            form.add_error("file", str(refusal))
            return self.form_invalid(form)
        except AltMissing as refusal:
            form.add_error("alt", str(refusal))
            return self.form_invalid(form)
        except (TooManyPictures, NotYours) as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("Here it is. Now put it into your text."))
        return redirect(f"{self.request.path}#picture-{picture.pk}")

    def form_invalid(self, form: PictureForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class OnePictureMixin(OwnPostMixin):
    """Finds one picture of one's own post."""

    permission_required = "blog.add_picture"

    @cached_property
    def picture(self) -> Picture:
        rows = Picture.objects.visible_to(self.request.user).filter(post=self.post_shown)
        return get_object_or_404(rows, pk=self.kwargs["picture"])


class PictureChangeView(OnePictureMixin, FormView):
    """Say in other words what a picture shows; and the button that takes it away."""

    template_name = "blog/picture_change.html"
    form_class = AltForm

    def get_initial(self) -> dict[str, Any]:
        return {"alt": self.picture.alt}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(picture=self.picture, **kwargs)

    def form_valid(self, form: AltForm) -> HttpResponse:
        try:
            change_alt(self.picture, by=self.request.user, alt=form.cleaned_data["alt"])
        except AltMissing as refusal:
            form.add_error("alt", str(refusal))
            return self.form_invalid(form)
        except (PictureInUse, NotYours) as refusal:
            form.add_error(None, str(refusal))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        messages.success(self.request, _("Saved."))
        return redirect("blog:pictures", self.post_shown.pk)

    def form_invalid(self, form: AltForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class PictureDropView(OnePictureMixin, View):
    """One button: take a picture away."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            drop_picture(self.picture, by=request.user)
        except (PictureInUse, NotYours) as refusal:
            messages.info(request, str(refusal))
        else:
            messages.success(request, _("Taken away."))
        return redirect("blog:pictures", self.post_shown.pk)


class PictureView(View):
    """The bytes of a picture: of a public post to everybody, else to its authors and the editors. Whether one may see it is
    asked every time, so a browser keeps what everybody may see but asks whether it is still there."""

    public = True
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rows = Picture.objects.visible_to(request.user).select_related("post").defer("post__body", "post__search")
        picture = get_object_or_404(rows, pk=self.kwargs["pk"])
        files = PictureFile.objects.filter(picture=picture).order_by("-width")
        file = (files.filter(width__lte=800) if request.GET.get("w") == "800" else files).only("width", "kind").first()
        file = file or files.only("width", "kind").last()
        etag = f'"{picture.pk}-{file.width}"'
        # The bytes are fetched only when they are to be sent.
        response = get_conditional_response(request, etag=etag) or HttpResponse(
            bytes(file.data), content_type=file.kind
        )
        response.headers["ETag"] = etag
        is_public = picture.is_used and picture.post.is_public
        response.headers["Cache-Control"] = "public, no-cache" if is_public else "private, no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Disposition"] = "inline"
        return response
