"""One embedded model for all tests here: loading the encoder takes some seconds."""

from __future__ import annotations

import pytest

from agent.models.embedded.chat_model import EmbeddedChatModel
from agent.models.embedded.intent import IntentReader
from knowledge.embedding import Encoder
from knowledge.schema_intents import load_intents, load_phrasing


@pytest.fixture(scope="session")
def sentence_encoder() -> Encoder:
    return Encoder()


@pytest.fixture(scope="session")
def embedded(sentence_encoder: Encoder) -> EmbeddedChatModel:
    return EmbeddedChatModel(encode=sentence_encoder.encode, exemplars=load_intents(), phrases=load_phrasing())


@pytest.fixture(scope="session")
def reader(sentence_encoder: Encoder) -> IntentReader:
    return IntentReader(load_intents(), sentence_encoder.encode)
