from posts.models.comment import Comment, CommentRevision, Discussion, Report, WatchedWord
from posts.models.filing import Category, Series
from posts.models.page import Page
from posts.models.post import Post, announced_topics, listed_topics
from posts.models.ties import Credit, PostTopic

__all__ = [
    "Category",
    "Comment",
    "CommentRevision",
    "Credit",
    "Discussion",
    "Page",
    "Post",
    "PostTopic",
    "Report",
    "Series",
    "WatchedWord",
    "announced_topics",
    "listed_topics",
]
