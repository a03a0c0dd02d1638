"""What is taken in: its parts as typed, what stands against it, masking and sealing, and its number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from consult.accounts.models import AccountState, Role, User
from consult.errors import InvalidInput
from consult.hotline import rules
from consult.hotline.models import Field, OrderSeries, WorkOrder
from consult.vault.service import Person, Vault
from consult.web.forms import clean_text, length_of
from reports.masking import mask
from reports.model import Kind


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A web message to a leader, as typed (rules R18, R19, R46)."""

    kind: str
    field: str
    title: str
    body: str = ""  #: for a complaint: what else there is to say
    demand: str = ""  #: what is asked for; a complaint must say it
    addressee_id: int | None = None
    consents: bool = False  #: to the processing of the data
    consents_to_publish: bool = False
    name: str = ""
    phone: str = ""
    place: str = ""
    author_id: int | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A call or letter as a call taker enters it (rule R33)."""

    channel: str
    title: str
    body: str = ""
    transcript: str = ""  #: "话务员：… 市民：…"
    kind: str | None = None
    field: str = ""
    categories: tuple[str, str, str] = ("", "", "")
    name: str = ""
    phone: str = ""
    said_at: datetime | None = None
    district: str = ""
    street: str = ""
    community: str = ""
    address: str = ""
    unit: str = ""
    co_unit: str = ""
    is_confidential: bool = False
    idempotency_key: str | None = None


def problems_of(own: Session, new: NewMessage) -> list[InvalidInput]:
    """Everything that stands against taking a message in, each with its own words and field (rule R19)."""
    complaint = new.kind == Kind.COMPLAINT
    title, body, demand = (length_of(part) for part in (new.title, new.body, new.demand))
    least, most = rules.SUPPLEMENT if complaint else rules.BODY
    leader = own.get(User, new.addressee_id) if new.addressee_id is not None else None
    unknown = leader is None or leader.role != Role.LEADER or leader.state != AccountState.ACTIVE
    table = (
        (
            new.kind not in rules.MESSAGE_KINDS,
            InvalidInput("Please choose what kind of message this is.", field="kind"),
        ),
        (
            new.field not in {f.value for f in Field},
            InvalidInput("Please choose the field it is about.", field="field"),
        ),
        (title < rules.TITLE[0], InvalidInput("Please give your message a title.", field="title")),
        (
            title > rules.TITLE[1],
            InvalidInput(
                "A title has at most %(most)d characters; this one has %(n)d. Please shorten it.",
                field="title",
                most=rules.TITLE[1],
                n=title,
            ),
        ),
        (
            body < least,
            InvalidInput(
                "Please tell us more: at least %(least)d characters; so far it is %(n)d.",
                field="body",
                least=least,
                n=body,
            ),
        ),
        (
            body > most and not complaint,
            InvalidInput(
                "A message has at most %(most)d characters; this one has %(n)d. Your text is kept: please shorten it.",
                field="body",
                most=most,
                n=body,
            ),
        ),
        (
            body > most and complaint,
            InvalidInput(
                "The supplement of a complaint has at most %(most)d characters; this one has %(n)d. "
                "Your text is kept: please shorten it.",
                field="body",
                most=most,
                n=body,
            ),
        ),
        (
            complaint and demand < rules.DEMAND[0],
            InvalidInput(
                "A complaint says what you ask for, in at least %(least)d characters; so far it is %(n)d.",
                field="demand",
                least=rules.DEMAND[0],
                n=demand,
            ),
        ),
        (
            demand > rules.DEMAND[1],
            InvalidInput(
                "What you ask for has at most %(most)d characters; this one has %(n)d. Please shorten it.",
                field="demand",
                most=rules.DEMAND[1],
                n=demand,
            ),
        ),
        (
            not new.consents,
            InvalidInput(
                "Without your agreement to the use of your data we cannot take the message in.",
                field="consents",
            ),
        ),
        (
            new.addressee_id is not None and unknown,
            InvalidInput("This leader takes no messages here.", field="addressee"),
        ),
    )
    return [problem for wrong, problem in table if wrong]


def next_numbers(own: Session, day: date, count: int) -> list[str]:
    """The next ``count`` numbers of a day's series; whoever else asks waits until this transaction ends."""
    maker = postgresql.insert if own.get_bind().dialect.name == "postgresql" else sqlite.insert
    taken = (
        maker(OrderSeries)
        .values(day=day, last=count)
        .on_conflict_do_update(index_elements=[OrderSeries.day], set_={"last": OrderSeries.last + count})
        .returning(OrderSeries.last)
    )
    # Nothing that waits to be written matters to the series.
    last = own.execute(taken, execution_options={"autoflush": False}).scalar_one()
    return [f"{day:%Y%m%d}-{n:04d}" for n in range(last - count + 1, last + 1)]


class Typed:
    """Texts as somebody typed them, and as they are stored."""

    def __init__(self, texts: dict[str, str], turns: list[str] | None = None) -> None:
        plain = {name: clean_text(text).strip() for name, text in texts.items()}
        said = [clean_text(text).strip() for text in turns or []]
        self.masked = {name: mask(text).text for name, text in plain.items()}
        self.turns = [mask(text).text for text in said]
        changed = [text for name, text in plain.items() if self.masked[name] != text]
        changed += [text for text, stored in zip(said, self.turns, strict=True) if stored != text]
        #: Everything that masking changed, as typed.
        self.original = "\n\n".join(changed)

    def seal_into(
        self, order: WorkOrder, own: Session, vault: Vault, person: Person, now: datetime, fallback: str = ""
    ) -> None:
        """Keep in the vault who it was and what masking changed, and name the person by a key."""
        whole = Person(person.name, person.phone, person.id_number, person.email, self.original)
        order.person_key = vault.person_key(whole, fallback)
        if not whole.is_empty():
            identity = vault.seal(own, whole, now, fallback)
            order.identity_id = identity.id if identity else None
