from members.admin import accounts, groups, house, imports, join_links, money, people  # noqa: F401
