"""What a widget shows stands in the URL, and what the URL is changed to is shown, with no click lost between them."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests import patience


def _script() -> None:
    import streamlit as st

    from pages.widgets import in_url

    def link() -> None:
        st.query_params["colour"] = "blue"

    options = ["red", "green"] if st.checkbox("few") else ["red", "green", "blue"]
    in_url.begin("colour", options, "red")
    st.selectbox("Colour", options, key="colour")
    st.button("Link", on_click=link)
    in_url.begin("bright", in_url.SWITCH, "off", key="switch", values=in_url.SWITCH, quiet=True)
    st.toggle("Bright", key="switch")
    in_url.begin_many("shape", ["round", "square"], ["round"])
    st.multiselect("Shapes", ["round", "square"], key="shape")
    in_url.begin_many("of", ["a", "b", "c"], [], key="picked", most=2, joined=True)
    st.multiselect("Picked", ["a", "b", "c"], key="picked")
    st.button("Leave", on_click=lambda: in_url.leave(colour="green"))


def app(**asked: str | list[str]) -> AppTest:
    at = AppTest.from_function(_script, default_timeout=patience.SECONDS)
    for name, value in asked.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def url(at: AppTest) -> dict[str, list[str]]:
    return {name: [value] if isinstance(value, str) else list(value) for name, value in at.query_params.items()}


def test_the_url_is_followed_and_what_it_may_not_say_is_put_right() -> None:
    at = app(colour="blue", bright="on", shape=["square", "odd"], of="b,odd,b,a,c")
    assert (at.selectbox[0].value, at.toggle[0].value) == ("blue", True)
    assert [box.value for box in at.multiselect] == [["square"], ["b", "a"]]
    assert url(at) == {"colour": ["blue"], "bright": ["on"], "shape": ["square"], "of": ["b,a"]}
    at = app(colour="odd")
    assert url(at) == {"colour": ["red"], "shape": ["round"]}


def test_every_choice_is_kept_and_stands_in_the_url() -> None:
    at = app(colour="blue")
    for colour in ("red", "green", "blue", "red"):
        at.selectbox[0].set_value(colour).run()
        assert at.selectbox[0].value == colour and url(at)["colour"] == [colour]
    at.toggle[0].set_value(True).run()
    assert url(at)["bright"] == ["on"]
    at.toggle[0].set_value(False).run()
    assert "bright" not in url(at)
    at.multiselect[0].set_value([]).run()
    assert url(at)["shape"] == ["none"] and app(shape="none").multiselect[0].value == []


def test_a_link_on_the_same_page_is_followed_and_what_is_gone_falls_back() -> None:
    at = app(colour="green")
    at.button[0].click().run()
    assert at.selectbox[0].value == "blue"
    at.checkbox[0].set_value(True).run()
    assert at.selectbox[0].value == "red" and url(at)["colour"] == ["red"]


def test_leaving_takes_away_what_was_written() -> None:
    at = app(colour="blue", of="a", foreign="x")
    at.multiselect[1].set_value([]).run()
    at.button[1].click().run()
    assert at.selectbox[0].value == "green"
    assert url(at) == {"colour": ["green"], "shape": ["round"], "foreign": ["x"]}
