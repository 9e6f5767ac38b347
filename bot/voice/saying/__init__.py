"""The rules that make one sentence sayable; `bot/voice/speakable.py` puts them in order."""
