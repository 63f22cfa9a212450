"""Channels: their secrets are kept sealed, replaced without losing an event, and never cross a border."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError

from bot import channels
from bot.channels import BadChannel, Channels, NoKey, Seal
from bot.settings import Settings
from handlers.channels import NoChannel, ensure, ensure_main
from models.audit import audit
from models.people import people
from models.programme import MAIN
from models.programme import channels as rows
from models.store import Store

NOW = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
KEY = Fernet.generate_key().decode()
OTHER_KEY = Fernet.generate_key().decode()


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seal() -> Seal:
    return Seal((KEY,))


@pytest.fixture
def surin(store: Store, seal: Seal) -> Store:
    """A database with two provinces beside the main one."""
    with store.write() as db:
        channels.add(db, seal, "noise", "อื่น", secret="noise-secret", token="noise-token", now=NOW)
        channels.add(db, seal, "surin", "สุรินทร์", secret="first-secret", token="first-token", now=NOW)
    return store


def opened(store: Store, clock: Clock, keys: str = KEY) -> Channels:
    environ = {"RAINGAN_ENV": "test", "RAINGAN_KEY": keys, "LINE_CHANNEL_SECRET": "main,older"}
    return Channels(Settings.load(environ | {"LINE_CHANNEL_ACCESS_TOKEN": "main-token"}), store, clock)


def rotate(store: Store, seal: Seal, secret: str, token: str | None = None, now: datetime = NOW) -> datetime:
    with store.write() as db:
        return channels.rotate(db, seal, "surin", secret=secret, token=token, now=now)


class TestKeeping:
    def test_each_channel_has_its_own(self, surin: Store, clock: Clock):
        known = opened(surin, clock)
        assert (known.secrets_of("surin"), known.token_of("surin")) == (("first-secret",), "first-token")
        assert (known.secrets_of("noise"), known.token_of("noise")) == (("noise-secret",), "noise-token")
        assert (known.secrets_of(MAIN), known.token_of(MAIN)) == (("main", "older"), "main-token")

    def test_nothing_is_kept_or_shown_in_plain_words(self, surin: Store, clock: Clock):
        rotate(surin, Seal((KEY,)), "second-secret")
        known = opened(surin, clock)
        known.token_of("surin")
        with surin.read() as db:
            kept = str(db.execute(select(rows)).all()) + str(db.execute(select(audit)).all())
        for secret in ("first-secret", "second-secret", "first-token"):
            assert secret not in kept + repr(vars(known))

    def test_a_channel_without_row_is_none(self, surin: Store, clock: Clock):
        known = opened(surin, clock)
        for ask in (known.secrets_of, known.token_of):
            with pytest.raises(NoChannel):
                ask("elsewhere")

    def test_the_main_row_holds_no_secret(self, store: Store, clock: Clock):
        with store.write() as db:
            ensure(db, MAIN, NOW)
            ensure(db, MAIN, NOW)
            assert db.execute(select(rows.c.id, rows.c.secret)).all() == [(MAIN, None)]

    @pytest.mark.parametrize("name", ["main", "Surin", "a", "a b", "../x", "สุรินทร์", "x" * 41, "surin"])
    def test_ids_that_are_no_part_of_an_address_or_taken(self, surin: Store, seal: Seal, name: str):
        with surin.write() as db, pytest.raises(BadChannel):
            channels.add(db, seal, name, "ก", secret="s", token="t", now=NOW)

    @pytest.mark.parametrize(("secret", "token"), [("", "t"), ("s", "  ")])
    def test_empty_secrets_are_refused(self, store: Store, seal: Seal, secret: str, token: str):
        with store.write() as db, pytest.raises(BadChannel, match="empty"):
            channels.add(db, seal, "surin", "ก", secret=secret, token=token, now=NOW)

    def test_without_a_key_nothing_is_kept(self, store: Store):
        with store.write() as db, pytest.raises(NoKey, match="seal-key"):
            channels.add(db, Seal(()), "surin", "ก", secret="s", token="t", now=NOW)


class TestReplacing:
    def test_a_secret_both_are_accepted_for_a_day(self, surin: Store, seal: Seal, clock: Clock):
        assert rotate(surin, seal, "second-secret") == NOW + timedelta(hours=24)
        known = opened(surin, clock)
        assert known.secrets_of("surin") == ("second-secret", "first-secret")
        assert known.token_of("surin") == "first-token"
        clock.now += timedelta(hours=24)
        assert known.secrets_of("surin") == ("second-secret",)

    def test_a_token_with_it(self, surin: Store, seal: Seal, clock: Clock):
        rotate(surin, seal, "second-secret", "second-token")
        assert opened(surin, clock).token_of("surin") == "second-token"

    def test_a_running_process_notices_within_half_a_minute(self, surin: Store, seal: Seal, clock: Clock):
        known = opened(surin, clock)
        known.secrets_of("surin")
        rotate(surin, seal, "second-secret")
        assert known.secrets_of("surin") == ("first-secret",)
        clock.now += channels.FRESH + timedelta(seconds=1)
        assert known.secrets_of("surin") == ("second-secret", "first-secret")

    def test_whoever_is_signed_with_the_new_one_need_not_wait_for_that(self, surin: Store, seal: Seal, clock: Clock):
        known = opened(surin, clock)
        known.secrets_of("surin")
        rotate(surin, seal, "second-secret")
        assert known.secrets_anew("surin") == ("first-secret",), "read at most once a second"
        clock.now += timedelta(seconds=2)
        assert known.secrets_anew("surin") == ("second-secret", "first-secret")
        assert known.secrets_anew(MAIN) == ("main", "older")

    def test_a_new_channel_is_noticed_within_seconds(self, surin: Store, seal: Seal, clock: Clock):
        known = opened(surin, clock)
        known.secrets_of("surin")
        with surin.write() as db:
            channels.add(db, seal, "korat", "โคราช", secret="k", token="t", now=NOW)
        clock.now += timedelta(seconds=2)
        assert known.secrets_of("korat") == ("k",)

    def test_the_main_one_is_not_in_the_database(self, surin: Store, seal: Seal):
        with surin.write() as db, pytest.raises(NoChannel, match="LINE_CHANNEL_SECRET"):
            channels.rotate(db, seal, MAIN, secret="x", token=None, now=NOW)

    def test_with_a_key_that_opens_nothing_it_is_refused_and_all_stays(self, surin: Store, clock: Clock, seal: Seal):
        with pytest.raises(NoKey, match="no key in RAINGAN_KEY opens"):
            rotate(surin, Seal((OTHER_KEY,)), "second-secret")
        assert opened(surin, clock).secrets_of("surin") == ("first-secret",)

    def test_a_mistyped_one_and_the_one_before_is_still_accepted(self, surin: Store, seal: Seal, clock: Clock):
        rotate(surin, seal, "mistyped")
        rotate(surin, seal, "second-secret", now=NOW + timedelta(hours=1))
        clock.now += timedelta(hours=2)
        assert opened(surin, clock).secrets_of("surin") == ("second-secret", "mistyped", "first-secret")
        rotate(surin, seal, "first-secret", now=NOW + timedelta(hours=26))
        clock.now += timedelta(hours=24)
        assert opened(surin, clock).secrets_of("surin") == ("first-secret", "second-secret")

    def test_the_one_there_is_is_refused(self, surin: Store, seal: Seal):
        with pytest.raises(BadChannel, match="already"):
            rotate(surin, seal, " first-secret ")

    def test_the_token_alone(self, surin: Store, seal: Seal, clock: Clock):
        rotate(surin, seal, "first-secret", "second-token")
        known = opened(surin, clock)
        assert (known.secrets_of("surin"), known.token_of("surin")) == (("first-secret",), "second-token")

    def test_a_channel_without_a_secret_has_none_to_replace(self, surin: Store, seal: Seal):
        with surin.write() as db:
            db.execute(update(rows).where(rows.c.id == "surin").values(secret=None, access_token=None))
        with pytest.raises(NoChannel, match="no secret"):
            rotate(surin, seal, "second-secret")

    @pytest.mark.parametrize("secret", ["two words", "“quoted”", "zero\u200bwidth", "line\nbreak", "a,b"])
    def test_what_was_pasted_with_one_is_refused(self, surin: Store, seal: Seal, secret: str):
        for pasted in ((secret, None), ("fine", secret)):
            with pytest.raises(BadChannel, match="pasted"):
                rotate(surin, seal, *pasted)

    def test_an_old_one_that_cannot_be_opened_silences_nobody(self, surin: Store, seal: Seal, clock: Clock):
        odd = {"previous_secret": Seal((OTHER_KEY,)).close("older"), "previous_secret_until": NOW + timedelta(hours=1)}
        with surin.write() as db:
            db.execute(update(rows).where(rows.c.id == "surin").values(odd))
        assert opened(surin, clock).secrets_of("surin") == ("first-secret",)
        with surin.write() as db:
            assert channels.reseal(db, Seal((KEY,)), NOW + timedelta(hours=2)) == 2

    def test_the_key_step_by_step(self, surin: Store, seal: Seal, clock: Clock):
        rotate(surin, seal, "second-secret")
        with surin.write() as db:
            assert channels.reseal(db, Seal((OTHER_KEY, KEY)), NOW) == 2
        known = opened(surin, clock, OTHER_KEY)
        assert known.secrets_of("surin") == ("second-secret", "first-secret")

    def test_a_lost_key_silences_only_what_it_sealed(self, surin: Store, clock: Clock):
        with surin.write() as db:
            channels.add(db, Seal((OTHER_KEY,)), "korat", "โคราช", secret="k", token="t", now=NOW)
        known = opened(surin, clock, OTHER_KEY)
        assert known.secrets_of("korat") == ("k",)
        with pytest.raises(NoChannel):
            known.secrets_of("surin")


class TestStartingOver:
    def test_a_channel_whose_key_is_lost_speaks_again(self, surin: Store, clock: Clock):
        self.start_over(surin, "second-secret", "second-token")
        known = opened(surin, clock, OTHER_KEY)
        assert (known.secrets_of("surin"), known.token_of("surin")) == (("second-secret",), "second-token")

    def test_while_the_key_is_there_nothing_is_let_go(self, surin: Store, clock: Clock):
        with pytest.raises(BadChannel, match="nothing is lost"):
            self.start_over(surin, "second-secret", "second-token", KEY)
        assert opened(surin, clock).secrets_of("surin") == ("first-secret",)

    @pytest.mark.parametrize("channel", [MAIN, "korat"])
    def test_who_has_no_secret_there_has_none_to_lose(self, surin: Store, channel: str):
        with pytest.raises(NoChannel, match="no secret"):
            self.start_over(surin, "s", "t", channel=channel)

    def test_without_a_token_that_can_be_one_all_stays(self, surin: Store, clock: Clock):
        with pytest.raises(BadChannel, match="empty"):
            self.start_over(surin, "second-secret", " ")
        assert opened(surin, clock).secrets_of("surin") == ("first-secret",)

    @staticmethod
    def start_over(store: Store, secret: str, token: str, key: str = OTHER_KEY, channel: str = "surin") -> None:
        with store.write() as db:
            channels.start_over(db, Seal((key,)), channel, secret=secret, token=token, now=NOW)


class TestWhileOneIsLocked:
    """A roster is imported, or a round opened, in a long transaction; the province goes on talking."""

    @pytest.fixture
    def busy(self, new_postgresql_url: Callable[[], str]) -> Store:
        store = Store(new_postgresql_url(), patience=0.3)
        with store.write() as db:
            ensure(db, MAIN, NOW)
        return store

    def test_people_are_heard(self, busy: Store):
        person = {"channel_id": MAIN, "line_user_id": "U1", "created_at": NOW}
        with busy.write() as db:
            ensure(db, MAIN, NOW)
            with busy.write() as event:
                ensure_main(event, NOW)
                event.execute(insert(people), person)
        busy.dispose()

    def test_a_second_of_its_kind_waits(self, busy: Store):
        with busy.write() as db:
            ensure(db, MAIN, NOW)
            with pytest.raises(OperationalError, match="lock timeout"), busy.write() as other:
                ensure(other, MAIN, NOW)
        busy.dispose()

    def test_a_secret_can_be_replaced_while_people_are_heard(self, busy: Store, seal: Seal):
        with busy.write() as db:
            channels.add(db, seal, "surin", "สุรินทร์", secret="first-secret", token="t", now=NOW)
        with busy.write() as event:
            event.execute(insert(people), {"channel_id": "surin", "line_user_id": "U1", "created_at": NOW})
            rotate(busy, seal, "second-secret")
        busy.dispose()


def test_the_main_channel_is_made_once(store: Store):
    for _ in range(2):
        with store.write() as db:
            ensure_main(db, NOW)
    with store.read() as db:
        assert db.execute(select(rows.c.id)).scalars().all() == [MAIN]
