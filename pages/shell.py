"""The frame of every page: settings, who is signed in, and navigation by role."""

from __future__ import annotations

import streamlit as st

from pages.components import sign_out
from pages.components.guard import signed_in

st.set_page_config(page_title="Prelude", page_icon=":material/health_and_safety:", layout="wide")

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

account = signed_in()
page = st.navigation(PAGES[account.role] if account else [SIGN_IN], position="top")
if account:
    sign_out.show(account)
page.run()
