"""The file that the city's platform hands down each week, taken in at the desk as an officer would."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.models import Role, User
from consult.demo.reading import rows
from consult.hotline import files
from consult.hotline.models import ImportFile

HEADINGS = ("工单编号", "来电时间", "受理渠道", "诉求类型", "诉求标题", "诉求内容", "所属区县")
#: Real exports of such platforms come in this encoding.
ENCODING = "gb18030"
SOURCE = "市级平台"


def transferred(today: date) -> bytes:
    """The file as the platform writes it: CSV with Chinese headings, two of its records faulty."""
    out = io.StringIO(newline="")
    sheet = csv.writer(out)
    sheet.writerow(HEADINGS)
    for n, (ago, hour, channel, kind, title, content, district) in enumerate(rows("orders", "transferred.txt", 7), 1):
        day = f"{today.year}-02-30" if ago == "-" else (today - timedelta(days=int(ago))).isoformat()
        moment = f"{day} {int(hour):02}:{n * 7 % 60:02}:{n * 11 % 60:02}"
        sheet.writerow((f"SZ{today:%y%m}{n:05}", moment, channel, kind, title, content, district))
    return out.getvalue().encode(ENCODING)


def hand_in(own: Session, place: files.Place, today: date, now: datetime) -> ImportFile:
    """Upload the file and let its import begin; a worker carries it out. Flushes, never commits."""
    officer = own.scalars(select(User).where(User.role == Role.OFFICER).order_by(User.id)).first()
    if officer is None:
        raise LookupError("the demo town has not been loaded into this database")
    upload = (f"市平台转办件{today:%Y%m%d}.csv", transferred(today))
    file = files.keep_upload(own, place, officer, upload, SOURCE, now)
    files.start(own, officer, file, ENCODING, {}, now)
    return file
