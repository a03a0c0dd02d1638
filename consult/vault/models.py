"""The table of sealed identities. Nothing in it can be read without the key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base


class Identity(Base):
    """Who stands behind one submission, and the words as typed where masking changed them."""

    __tablename__ = "identity"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    #: Keyed digest of the phone (or other contact), equal for equal persons; cannot be turned back.
    person_key: Mapped[str] = mapped_column(String(32), index=True)
    created_at: Mapped[datetime]
