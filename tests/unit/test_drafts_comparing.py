"""Two versions of a text: which clause became which, and what changed in it."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from consult.drafts.commands import drafts
from consult.drafts.comparing import Comparison, Fate, Side, compare, differences
from consult.drafts.parsing import parse_text
from consult.drafts.parsing.files import parse_file
from consult.drafts.parsing.numbering import in_han
from consult.drafts.structure import sides_of

REGULATIONS = Path(__file__).resolve().parents[3] / "shared" / "data" / "regulations"

ARTICLES = [
    "为了规范集市摊位的设置，方便群众生活，制定本办法。",
    "本县城区内集市摊位的设置、使用和管理，适用本办法。",
    "县商务主管部门负责集市摊位的统筹规划，每年向社会公布可以设置摊位的路段和时间。",
    "摊主应当在核定的位置经营，保持摊位周围三米内整洁，收摊时将垃圾带走。\n禁止在盲道和消防通道上设摊。",
    "夜间集市营业至二十三时，周末可以延长至二十四时。使用音响招揽顾客的，音量不得超过规定限值。",
    "摊位费由县财政、价格主管部门核定；对残疾人和低保家庭减半收取。",
    "违反本办法第四条规定的，由城市管理部门责令改正；拒不改正的，处五十元以上二百元以下罚款。",
    "本办法自2027年1月1日起施行。",
]


def _text(articles: list[str]) -> str:
    return "某县集市摊位管理办法\n" + "\n".join(f"第{in_han(i)}条 {text}" for i, text in enumerate(articles, 1))


def _compared(new: list[str], old: list[str] | None = None) -> Comparison:
    return compare(*(sides_of(parse_text(_text(text)).nodes) for text in (old or ARTICLES, new)))


def _fates(found: Comparison) -> list[tuple[str, str, str | None]]:
    """Of every clause of the older text whose fate is not the same: number, fate, number of its partner."""
    told = []
    for i, fate in enumerate(found.fates):
        if fate is not Fate.SAME:
            pair = found.partner_of(i)
            told.append((found.old[i].number, str(fate), None if pair is None else found.new[pair.new].number))
    return told


def test_a_text_compared_with_itself_has_only_same_clauses() -> None:
    found = _compared(ARTICLES)
    assert set(found.fates) == {Fate.SAME}
    assert found.added == ()
    assert found.only_references == frozenset()


def test_an_article_put_in_moves_those_behind_it_and_is_the_only_one_added() -> None:
    new = [
        *ARTICLES[:2],
        "摊位实行一户一证，证件不得转借。",
        *ARTICLES[2:6],
        ARTICLES[6].replace("四", "五"),
        ARTICLES[7],
    ]
    found = _compared(new)
    assert _fates(found) == [
        ("3", "moved", "4"),
        ("4", "moved", "5"),
        ("5", "moved", "6"),
        ("6", "moved", "7"),
        ("7", "changed", "8"),
        ("8", "moved", "9"),
    ]
    assert [found.new[j].number for j in found.added] == ["3"]


def test_an_article_that_only_names_another_by_its_new_number_is_told_apart_from_one_with_other_words() -> None:
    new = ["摊位实行一户一证，证件不得转借。", *ARTICLES]
    new[7] = new[7].replace("四", "五")
    new[5] = new[5].replace("二十三时", "二十二时")
    new[5], new[6] = new[5], new[6]
    found = _compared(new)
    assert found.fates[6] is Fate.CHANGED and 6 in found.only_references
    assert 4 not in found.only_references


def test_an_article_left_out_is_removed_and_takes_no_other_for_its_partner() -> None:
    found = _compared([text for text in ARTICLES if "摊位费" not in text])
    assert _fates(found) == [("6", "removed", None), ("7", "moved", "6"), ("8", "moved", "7")]


def test_an_article_moved_to_another_place_keeps_its_identity() -> None:
    new = [*ARTICLES[:2], *ARTICLES[3:6], ARTICLES[2], *ARTICLES[6:]]
    found = _compared(new)
    assert ("3", "moved", "6") in _fates(found)
    assert found.added == ()


def test_a_split_article_leads_to_both_of_its_parts() -> None:
    first, second = "夜间集市营业至二十三时，周末可以延长至二十四时。", "使用音响招揽顾客的，音量不得超过规定限值。"
    found = _compared([*ARTICLES[:4], first, second, *ARTICLES[5:]])
    main = found.partner_of(4)
    assert main is not None
    into = {found.new[main.new].number} | {found.new[pair.new].number for pair in found.others_of(4)}
    assert into == {"5", "6"}
    assert found.fates[4] is Fate.CHANGED
    assert found.added == ()


def test_two_articles_made_one_both_lead_to_it() -> None:
    found = _compared([*ARTICLES[:2], ARTICLES[2] + ARTICLES[3], *ARTICLES[4:]])
    partners = [found.partner_of(i) for i in (2, 3)]
    assert [pair and found.new[pair.new].number for pair in partners] == ["3", "3"]
    assert sorted(pair.kind for pair in partners if pair) == ["main", "merged"]


def test_an_article_rewritten_in_its_place_is_changed_and_neither_removed_nor_added() -> None:
    new = list(ARTICLES)
    new[4] = "夜间集市的营业时间由乡镇人民政府听取居民意见后确定，不得影响周围居民休息，音响一律禁止。"
    assert _fates(_compared(new)) == [("5", "changed", "5")]


def test_of_several_articles_with_the_same_words_each_keeps_its_own() -> None:
    repeated = ["具体办法由县人民政府另行制定，并报市人民政府备案。"] * 3
    found = _compared([*ARTICLES, *repeated, "摊主应当办理健康证明。"][1:], [*ARTICLES[1:], *repeated])
    assert [found.partner_of(7 + k).new - found.partner_of(7).new for k in range(3)] == [0, 1, 2]  # type: ignore[union-attr]


def test_penalty_clauses_that_share_their_formula_are_not_taken_for_each_other() -> None:
    penalty = "违反本办法规定，{}的，由县城市管理部门责令限期改正；逾期不改正的，处二百元以上一千元以下罚款。"
    matters = ["占用盲道设摊", "转借摊位证件", "倾倒餐厨垃圾", "深夜使用音响"]
    old = [penalty.format(matter) for matter in matters]
    found = _compared([old[2], old[0].replace("二百", "三百"), old[3]], old)
    assert [pair and pair.new for pair in (found.partner_of(i) for i in range(4))] == [1, None, 0, 2]


def test_a_plan_without_articles_is_compared_as_well() -> None:
    plan = "某县三年行动计划\n一、总体目标\n到2029年建成停车泊位五千个。\n"
    plan += "二、重点任务\n（一）建设公共停车场。\n（二）开放机关停车场。\n"
    new = (
        plan.replace("五千个", "六千个")
        .replace("（二）", "（三）")
        .replace("（一）建设公共停车场。\n", "（一）建设公共停车场。\n（二）清理僵尸车。\n")
    )
    found = compare(sides_of(parse_text(plan).nodes), sides_of(parse_text(new).nodes))
    assert [str(fate) for fate in found.fates].count("removed") == 0
    assert len(found.added) == 1
    assert Fate.CHANGED in found.fates


@pytest.mark.parametrize("count", [0, 1])
def test_an_empty_version_removes_or_adds_everything(count: int) -> None:
    side = [Side("1", "第一条", "1", "", "本办法所称摊位，是指临时设置的售货设施。")]
    old, new = (side, []) if count else ([], side)
    found = compare(old, new)
    assert list(found.fates) == [Fate.REMOVED] * count
    assert len(found.added) == 1 - count


def test_a_difference_is_precise_to_the_character_and_leaves_phrases_whole() -> None:
    pieces = differences("处一千元以上五千元以下罚款。", "并处二千元以上五千元以下罚款。")
    assert [(p.kind, p.text) for p in pieces] == [
        ("inserted", "并"),
        ("same", "处"),
        ("deleted", "一"),
        ("inserted", "二"),
        ("same", "千元以上五千元以下罚款。"),
    ]


def test_accidental_common_characters_are_not_left_standing_between_two_rewritten_halves() -> None:
    pieces = differences("由业主依法共同决定。", "报街道办事处的综合办备案。")
    assert [p.kind for p in pieces] == ["deleted", "inserted", "same"]


@given(st.text(alphabet="甲乙丙丁，。", max_size=40), st.text(alphabet="甲乙丙丁，。", max_size=40))
def test_a_difference_makes_up_both_texts(old: str, new: str) -> None:
    pieces = differences(old, new)
    assert "".join(p.text for p in pieces if p.kind != "inserted") == old
    assert "".join(p.text for p in pieces if p.kind != "deleted") == new
    assert all(a.kind != b.kind for a, b in itertools.pairwise(pieces))


def test_very_long_clauses_are_compared_by_lines_first() -> None:
    old = "\n".join(f"（{n}）第{n}号路段设置停车泊位{n * 7}个，收费标准见附件。" for n in range(400))
    new = old.replace("第123号路段", "第123号街巷").replace("（300）", "（三百）")
    changed = [p.text for p in differences(old, new) if p.kind != "same"]
    assert changed == ["路段", "街巷", "300", "三百"]


@st.composite
def _versions(draw: st.DrawFn) -> tuple[list[Side], list[Side]]:
    texts = draw(st.lists(st.text(alphabet="市县区停车收费管理办法", min_size=1, max_size=30), max_size=8))
    others = draw(
        st.lists(st.one_of(st.sampled_from(texts or ["车"]), st.text(alphabet="市县区停", max_size=20)), max_size=8)
    )
    return tuple([Side(str(i), "", str(i), "", t) for i, t in enumerate(side)] for side in (texts, others))  # type: ignore[return-value]


@given(_versions())
def test_every_clause_of_either_version_is_matched_or_declared(versions: tuple[list[Side], list[Side]]) -> None:
    old, new = versions
    found = compare(old, new)
    assert len(found.fates) == len(old)
    for i, fate in enumerate(found.fates):
        assert (found.partner_of(i) is None) == (fate is Fate.REMOVED)
    for j in range(len(new)):
        assert (found.origin_of(j) is None) == (j in found.added)
    mains = [pair for pair in found.pairs if pair.kind == "main"]
    assert len({pair.old for pair in mains}) == len({pair.new for pair in mains}) == len(mains)


def test_the_two_versions_of_a_real_regulation_differ_in_exactly_three_articles() -> None:
    files = [REGULATIONS / f"北京市机动车停车条例({day}).md" for day in ("2021-09-24", "2024-03-29")]
    if not all(file.exists() for file in files):
        pytest.skip("The regulations are not here; they are third-party texts and not part of the project.")
    found = compare(*(sides_of(parse_file(file.name, file.read_bytes()).nodes) for file in files))
    assert len(found.old) == len(found.new) == 43
    assert found.added == ()
    assert _fates(found) == [("23", "changed", "23"), ("29", "changed", "29"), ("39", "changed", "39")]
    changes = {}
    for i in (22, 28, 38):
        pieces = differences(found.old[i].text, found.new[i].text)
        changes[found.old[i].number] = [(p.kind[0], p.text) for p in pieces if p.kind != "same"]
    assert changes == {
        "23": [("i", "元")],
        "29": [
            ("d", "时"),
            ("d", "经专有部分占建筑物总面积过半数的业主且占总人数过半数的业主同意"),
            ("i", "由业主依法共同决定"),
            ("d", "，未按照规定"),
        ],
        "39": [("i", "中华人民共和国治安管理处罚法")],
    }


def _run(*words: str) -> str:
    answer = CliRunner().invoke(drafts, words)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_the_command_line_compares_two_files_without_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSULT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    old, new = tmp_path / "old.txt", tmp_path / "new.md"
    old.write_text(_text(ARTICLES), "utf-8")
    new.write_text(_text([ARTICLES[0].replace("方便", "便利"), *ARTICLES[2:]]), "utf-8")
    told = json.loads(_run("compare", str(old), str(new), "--json"))
    assert told["summary"] == {"same": 0, "moved": 6, "changed": 1, "removed": 1, "added": 0, "split": 0, "merged": 0}
    assert [entry["fate"] for entry in told["old"]] == ["changed", "removed", *["moved"] * 6]
    assert told["old"][0]["partner"]["number"] == "1"
    assert [p["text"] for p in told["old"][0]["difference"] if p["kind"] != "same"] == ["方", "利"] or [
        p["text"] for p in told["old"][0]["difference"] if p["kind"] != "same"
    ] == ["方便", "便利"]
    assert [entry["partner"]["number"] for entry in told["new"]] == ["1", "3", "4", "5", "6", "7", "8"]
    assert "第二条 removed" in _run("compare", str(old), str(new))


def test_the_command_line_shows_the_tree_of_a_file_without_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSULT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    file = tmp_path / "draft.txt"
    file.write_text(
        "某县办法\n第一章 总则\n第一条 有下列情形之一的：\n（一）占道；\n（二）扰民。\n由县处理。\n", "utf-8"
    )
    told = json.loads(_run("outline", str(file), "--json"))
    article = told["clauses"][0]["children"][0]
    assert article["path"] == ["第一章 总则", "第一条"] and article["number"] == "1" and article["ref"] == "1"
    assert [child["path"][-1] for child in article["children"]] == ["（一）", "（二）", "第2款"]
    assert told["counts"] == {"paragraphs": 6, "nodes": 5, "clauses": 1}
    assert "（一） 占道" in _run("outline", str(file))


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence_with_code_2(tmp_path: Path) -> None:
    file = tmp_path / "draft.pdf"
    file.write_bytes(b"%PDF-1.7 nothing")
    answer = CliRunner().invoke(drafts, ["outline", str(file)])
    assert answer.exit_code == 2
    assert "draft.pdf" in answer.output and "Traceback" not in answer.output
