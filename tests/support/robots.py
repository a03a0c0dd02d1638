"""Answering the question that keeps robots out, from its words alone."""

from __future__ import annotations

from consult.comments.numerals import chinese_number, read_number


def answer_to(words: str) -> str:
    """The answer to a question as it is printed, as a person would give it."""
    if "等于" in words:
        sign = "加" if "加" in words else "减"
        first, second = (read_number(part) for part in words.split("等于")[0].split(sign))
        assert first is not None and second is not None, words
        return chinese_number(first + second if sign == "加" else first - second)
    base = read_number(words[words.index("第") : words.index("条") + 1])
    assert base is not None, words
    return chinese_number(base + 1 if "后面" in words else base - 1)
