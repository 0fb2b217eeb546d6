"""The frame of every page: settings, who is signed in, and navigation by role."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.components import top_bar
from pages.components.guard import signed_in

account = signed_in()
IS_STAFF = account is not None and account.role != "patient"
# A patient reads one column; staff work on wide tables.
st.set_page_config(page_title="Prelude", page_icon="🩺", layout="wide" if IS_STAFF else "centered")

SIGN_IN = st.Page("sign_in.py", title="Sign in", icon=":material/login:", url_path="sign-in", default=True)
PAGES = {
    "patient": [
        st.Page("intake.py", title="Start", icon=":material/edit_note:", url_path="start", default=True),
        st.Page("chat.py", title="Chat", icon=":material/forum:", url_path="chat"),
        st.Page("my_record.py", title="My record", icon=":material/folder_shared:", url_path="my-record"),
    ],
    "nurse": [
        st.Page("nurse_triage.py", title="Triage", icon=":material/clinical_notes:", url_path="triage", default=True)
    ],
    "auditor": [
        st.Page("audit.py", title="Audit", icon=":material/fact_check:", url_path="audit", default=True),
    ],
    "admin": [
        st.Page("operations.py", title="Operations", icon=":material/tune:", url_path="operations", default=True),
        st.Page("audit.py", title="Audit", icon=":material/fact_check:", url_path="audit"),
    ],
}

st.html(Path(__file__).with_name("style.css"))
own_pages = PAGES[account.role] if account else [SIGN_IN]
page = st.navigation(own_pages, position="hidden")
if account:
    top_bar.show(account, own_pages)
page.run()
