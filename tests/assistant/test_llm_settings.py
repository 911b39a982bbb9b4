"""A model speaks only where its name, its number and a contact are told, and inside the mainland unless allowed."""

import hashlib

import pytest

from assistant.llm.prompting import PROMPTS, prompt
from core.settings import MAINLAND_HOSTS, SettingsError, in_mainland, load_settings

TOLD = {
    "LLM_URL": "http://127.0.0.1:8001/v1",
    "LLM_MODEL": "m",
    "LLM_MODEL_NAME": "某大模型",
    "LLM_FILING_NUMBER": "备案-1",
    "LLM_COMPLAINT_CONTACT": "0755-1",
}
DIGESTS = {
    "claims-1": "7b58231c11651b65cb5c152db61d74360a37bfd3825a6286cc942799e40c16ea",
    "claims-2": "39d5e1c4e5b90cdfa26bf2c2adc22e99df22fd9a2f7bcf9ce78549c6d9cb3802",
}


def loaded(monkeypatch: pytest.MonkeyPatch, **changes: str) -> str:
    """Return the line that start-up stops with, "" if it does not."""
    for name, value in {**TOLD, **changes}.items():
        monkeypatch.setenv(name, value)
    try:
        load_settings()
    except SettingsError as error:
        return str(error)
    return ""


def test_a_model_that_is_named_may_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    assert loaded(monkeypatch) == ""


@pytest.mark.parametrize("name", [name for name in TOLD if name != "LLM_URL"])
@pytest.mark.parametrize("value", ["", " "])
def test_no_model_speaks_without_name_number_and_contact(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    line = loaded(monkeypatch, **{name: value})
    assert line.startswith("setting LLM_URL: ")
    assert name in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8001/v1",
        "http://[::1]:8001/v1",
        "http://10.1.2.3/v1",
        "http://vllm:8000/v1",
        "https://open.example.cn/v1",
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        "https://ark.cn-beijing.volces.com/api/v3",
    ],
)
def test_the_own_network_cn_and_known_hosts_are_in_the_mainland(address: str) -> None:
    assert in_mainland(address, MAINLAND_HOSTS)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.example.com/v1",
        "https://evil-volces.com/v1",
        "https://api.deepseek.com.example.org/v1",
        "https://example.cn.example.org/v1",
        "http://8.8.8.8/v1",
        "http://134744072/v1",
        "http://0x08080808/v1",
        "http://[::ffff:8.8.8.8]/v1",
    ],
)
def test_any_other_host_needs_a_word(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert not in_mainland(address, MAINLAND_HOSTS)
    assert "LLM_OUTSIDE_MAINLAND" in loaded(monkeypatch, LLM_URL=address)
    assert loaded(monkeypatch, LLM_URL=address, LLM_OUTSIDE_MAINLAND="1") == ""


def test_a_host_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        loaded(monkeypatch, LLM_URL="https://llm.city.example.com/v1", LLM_HOSTS="example.org, City.example.com") == ""
    )


@pytest.mark.parametrize(
    "address", ["ftp://a.cn/v1", "api.cn/v1", "https://user:pw@a.cn/v1", "https://a.cn/v1?k=1", "http://a.cn:99999/"]
)
def test_an_address_is_an_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert loaded(monkeypatch, LLM_URL=address).startswith("setting LLM_URL: ")


def test_the_key_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_KEY", "sk-secret")
    assert "sk-secret" not in loaded(monkeypatch, LLM_URL="https://api.example.com/v1")
    assert loaded(monkeypatch) == ""
    assert "sk-secret" not in repr(load_settings())


def test_a_prompt_of_a_version_does_not_change() -> None:
    assert {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in PROMPTS.glob("*.md")} == DIGESTS


def test_a_prompt_holds_question_and_articles_whatever_they_hold() -> None:
    system, user = prompt().messages("$articles {x} %s", [])
    assert system[0] == "system"
    assert "$articles {x} %s" in user[1]
    with pytest.raises(FileNotFoundError):
        prompt("claims-0")
