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
