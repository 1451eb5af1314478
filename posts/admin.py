from posts import comment_admin, post_admin  # noqa: F401
