import pytest

from smclub import roles
from tests.cast import cast


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("edith", roles.EDITOR),
        ("aude", roles.AUTHOR),
        ("coralie", roles.COORDINATOR),
        ("tristan", roles.TREASURER),
        ("sarah", roles.SECRETARY),
    ],
)
def test_a_role_holds_its_permissions_from_the_first_migration_on(who, role):
    assert cast(who).get_all_permissions() == {f"{app}.{codename}" for app, codename in roles.codenames(role)}
