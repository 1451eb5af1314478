from django.tasks import task


@task(queue_name="mail")
def deliver(letter_id: int) -> None:
    """Sends one letter unless somebody else has."""
    from members import outbox  # lazy: outbox composes letters, and letters enqueue this task

    outbox.deliver(letter_id)


@task(queue_name="default", priority=-10)
def make_variants(picture_id: int) -> None:
    """Makes a picture's lighter files unless it has them; everything else goes first."""
    from members import picturing  # lazy: picturing enqueues this task

    picturing.make_variants(picture_id)


@task(queue_name="default")
def try_import(import_id: int) -> None:
    """Says what each line of a file would do; writes nothing of it."""
    from members.importing import deeds  # lazy: deeds enqueue this task

    deeds.try_out(import_id)


@task(queue_name="default")
def write_import(import_id: int) -> None:
    """Does all that a file asks, or nothing."""
    from members.importing import deeds  # lazy: deeds enqueue this task

    deeds.write(import_id)
