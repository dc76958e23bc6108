"""Addresses of the independent blog."""

from django.urls import path

from blog.feeds import AuthorFeedView, CommentFeedView, PostFeedView, ThemeFeedView
from blog.views.bylines import AuthorsView, JoinView
from blog.views.deciding import (
    ChangesAskView,
    ChangesProposeView,
    PostCorrectView,
    PostPinView,
    PostRescheduleView,
    SubmissionApproveView,
    SubmissionDeclineView,
)
from blog.views.desk import DeskPostView, DeskView
from blog.views.drafting import DraftKeepView, HandInView, PostEditView, PreviewView
from blog.views.editors import EditorsView, LedgerView
from blog.views.following import FollowingView, FollowView
from blog.views.giving import CommentView, PostReportView
from blog.views.lists import ArchiveView, AuthorView, PostListView, ThemeView
from blog.views.pictures import PictureChangeView, PictureDropView, PicturesView, PictureView
from blog.views.reading import CompareView, PostView, VersionListView, VersionView
from blog.views.threads import ThreadCloseView, ThreadOpenView, ThreadSlowView
from blog.views.writing import (
    DraftDropView,
    PostStartView,
    PostWithdrawView,
    ProposalAnswerView,
    TakeBackView,
    WriteView,
    WritingView,
)

app_name = "blog"

# Reading.
urlpatterns: list = [
    path("blog/", PostListView.as_view(), name="list"),
    path("blog/feed/", PostFeedView.as_view(), name="feed"),
    path("blog/archive/<int:year>/<int:month>/", ArchiveView.as_view(), name="archive"),
    path("blog/themes/<slug:slug>/", ThemeView.as_view(), name="theme"),
    path("blog/themes/<slug:slug>/feed/", ThemeFeedView.as_view(), name="theme-feed"),
    path("blog/authors/<slug:slug>/", AuthorView.as_view(), name="author"),
    path("blog/authors/<slug:slug>/feed/", AuthorFeedView.as_view(), name="author-feed"),
    path("blog/editors/", EditorsView.as_view(), name="editors"),
    path("blog/ledger/", LedgerView.as_view(), name="ledger"),
    path("blog/follow/", FollowView.as_view(), name="follow"),
    path("blog/following/", FollowingView.as_view(), name="following"),
    path("blog/<int:year>/<slug:slug>/", PostView.as_view(), name="post"),
    path("blog/<int:year>/<slug:slug>/feed/", CommentFeedView.as_view(), name="post-feed"),
    path("blog/<int:year>/<slug:slug>/comment/", CommentView.as_view(), name="comment"),
    path("blog/<int:year>/<slug:slug>/report/", PostReportView.as_view(), name="post-report"),
    path("blog/<int:year>/<slug:slug>/versions/", VersionListView.as_view(), name="version-list"),
    path("blog/<int:year>/<slug:slug>/versions/<int:number>/", VersionView.as_view(), name="version"),
    path("blog/<int:year>/<slug:slug>/versions/<int:old>/<int:new>/", CompareView.as_view(), name="compare"),
]

# Writing.
urlpatterns += [
    path("blog/write/", WriteView.as_view(), name="write"),
    path("blog/write/start/", PostStartView.as_view(), name="post-start"),
    path("blog/write/<int:pk>/", WritingView.as_view(), name="writing"),
    path("blog/write/<int:pk>/edit/", PostEditView.as_view(), name="post-edit"),
    path("blog/write/<int:pk>/keep/", DraftKeepView.as_view(), name="draft-keep"),
    path("blog/write/<int:pk>/preview/", PreviewView.as_view(), name="preview"),
    path("blog/write/<int:pk>/hand-in/", HandInView.as_view(), name="hand-in"),
    path("blog/write/<int:pk>/take-back/", TakeBackView.as_view(), name="take-back"),
    path("blog/write/<int:pk>/withdraw/", PostWithdrawView.as_view(), name="post-withdraw"),
    path("blog/write/<int:pk>/throw-away/", DraftDropView.as_view(), name="draft-drop"),
    path("blog/write/<int:pk>/proposals/<int:proposal>/", ProposalAnswerView.as_view(), name="proposal-answer"),
    path("blog/write/<int:pk>/authors/", AuthorsView.as_view(), name="authors-name"),
    path("blog/write/<int:pk>/pictures/", PicturesView.as_view(), name="pictures"),
    path("blog/write/<int:pk>/pictures/<uuid:picture>/", PictureChangeView.as_view(), name="picture-change"),
    path("blog/write/<int:pk>/pictures/<uuid:picture>/drop/", PictureDropView.as_view(), name="picture-drop"),
    path("blog/pictures/<uuid:pk>/", PictureView.as_view(), name="picture"),
    path("blog/join/<int:pk>/", JoinView.as_view(), name="join"),
]

# The editors' desk.
urlpatterns += [
    path("blog/desk/", DeskView.as_view(), name="desk"),
    path("blog/desk/<int:pk>/", DeskPostView.as_view(), name="desk-post"),
    path("blog/desk/<int:pk>/approve/", SubmissionApproveView.as_view(), name="submission-approve"),
    path("blog/desk/<int:pk>/ask/", ChangesAskView.as_view(), name="changes-ask"),
    path("blog/desk/<int:pk>/decline/", SubmissionDeclineView.as_view(), name="submission-decline"),
    path("blog/desk/<int:pk>/propose/", ChangesProposeView.as_view(), name="changes-propose"),
    path("blog/desk/<int:pk>/correct/", PostCorrectView.as_view(), name="post-correct"),
    path("blog/desk/<int:pk>/date/", PostRescheduleView.as_view(), name="post-reschedule"),
    path("blog/desk/<int:pk>/pin/", PostPinView.as_view(), name="post-pin"),
    path("blog/desk/<int:pk>/discussion/slow/", ThreadSlowView.as_view(), name="thread-slow"),
    path("blog/desk/<int:pk>/discussion/close/", ThreadCloseView.as_view(), name="thread-close"),
    path("blog/desk/<int:pk>/discussion/open/", ThreadOpenView.as_view(), name="thread-open"),
]
