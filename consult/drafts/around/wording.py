"""What feeds, calendars and e-mails say of a draft. They are Chinese documents, like notices of an office."""

from __future__ import annotations

FEED_TITLE = "{title}：进展"
CALENDAR_OF_DRAFT = "{title}"
CALENDAR_OF_ALL = "{site}：征求意见日程"

HAPPENINGS = {
    "published": "开始公开征求意见",
    "opened": "开始征集意见",
    "closing": "征求意见将于{day}截止",
    "extended": "征求意见延期至{day}",
    "version": "公布新版本：{label}",
    "hearing": "将于{day}举行听证会",
    "hearing_cancelled": "原定{day}的听证会取消",
    "hearing_reported": "公布听证会情况",
    "results": "公布意见采纳情况",
    "withdrawn": "征求意见稿已撤回",
}
SUMMARIES = {
    "published": "征求意见时间：{start}至{end}。",
    "opened": "现在可以发表意见，截止时间：{end}。",
    "closing": "还没有发表意见的，请在{end}以前提交。",
    "extended": "截止日期由{before}延至{day}。延期理由：{reason}",
    "version": "{note}",
    "hearing": "时间：{moment}；地点：{place}；名额：{quota}人。议程：{agenda}",
    "hearing_cancelled": "取消理由：{reason}",
    "hearing_reported": "{report}",
    "results": "收到的意见及其采纳情况已经公布。",
    "withdrawn": "撤回理由：{reason}",
}
CALENDAR = {
    "opening": "开始征求意见：{title}",
    "closing": "征求意见今日24时截止：{title}",
    "hearing": "听证会：{title}",
}
CLOSING_DETAIL = "截止时间为北京时间{end}。"
HEARING_DETAIL = "名额{quota}人。\n{agenda}"

MAIL_SUBJECT = "{what}：{title}"
MAIL = """您好：

您订阅的征求意见稿《{title}》有新进展：{what}。

{summary}

查看详情：{url}
"""
MAIL_END = """
--
您收到这封邮件，是因为您用本邮箱订阅了这份征求意见稿的进展。
退订（一次点击即可）：{unsubscribe}
{site}
"""
LAST_MAIL = "\n这是本次订阅的最后一封邮件，订阅已自动结束，您的邮箱地址随之删除。\n"
CONFIRM_SUBJECT = "请确认订阅：{title}"
CONFIRM = """您好：

有人用这个邮箱订阅征求意见稿《{title}》的进展。如果是您本人，请在48小时内打开下面的链接并点击“确认订阅”：

{url}

如果不是您本人，请忽略这封邮件：不确认就不会再收到邮件，邮箱地址也会在48小时后删除。

{site}
"""
