"""What the microphone hears: a room's noise, spoken words (espeak-ng, sox) and knocks."""
import shutil
import subprocess
import sys

import numpy as np

RATE = 16000
PHRASES = ["lift it up now please", "raise the load right now", "take it all the way up",
           "up up and away we go", "move this one higher please"]
VOICES = ["en-us+m3", "en-gb+f2", "en-us+f4", "en-gb+m1", "en-us+m7", "en-gb+f5"]


for program in ("espeak-ng", "sox"):
    if not shutil.which(program):
        sys.exit(f"error: cannot find '{program}'; install the packages espeak-ng and sox")


def speak(text, voice, speed, pitch):
    """Words at 16 kHz within -1 ... 1, silence cut off at both ends."""
    spoken = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", text],
        check=True, capture_output=True).stdout
    sox = ["sox", "-R", "-D", "-t", "wav", "--ignore-length", "-", "-t", "raw", "-r", str(RATE),
           "-e", "signed", "-b", "16", "-c", "1", "-"]
    raw = subprocess.run(sox, input=spoken, check=True, capture_output=True).stdout
    wave = np.frombuffer(raw, np.int16) / 32768
    loud = np.flatnonzero(np.abs(wave) > 0.02)
    wave = wave[loud[0]:loud[-1] + 1]
    return wave / np.abs(wave).max()


class Words:
    """A supply of spoken phrases, each of them used at several loudnesses."""

    def __init__(self, random, count):
        self.random = random
        self.clips = [
            speak(str(random.choice(PHRASES)), str(random.choice(VOICES)),
                  int(random.integers(135, 190)), int(random.integers(30, 70)))
            for _ in range(count)
        ]

    def take(self):
        return self.clips[self.random.integers(len(self.clips))]


class Room:
    """A stretch of sound that things are mixed into."""

    def __init__(self, seconds, random):
        self.random = random
        count = int(seconds * RATE)
        white = random.normal(0, 1, count)
        pink = np.fft.irfft(
            np.fft.rfft(random.normal(0, 1, count)) / np.sqrt(1 + np.arange(count // 2 + 1)), count)
        level = 10 ** (random.uniform(-64, -50) / 20)
        self.wave = level * (0.5 * white + pink / pink.std())
        hum = random.choice([100, 120]) * 2 * np.pi / RATE
        self.wave += level * random.uniform(0, 0.5) * np.sin(hum * np.arange(count))

    def add(self, start, clip, decibels):
        at = int(start * RATE)
        clip = clip[:max(0, len(self.wave) - at)]
        self.wave[at:at + len(clip)] += clip * 10 ** (decibels / 20)

    def say(self, start, clip):
        self.add(start, clip, self.random.uniform(-18, -6))

    def knock(self, start):
        time = np.arange(int(0.08 * RATE)) / RATE
        clip = self.random.normal(0, 0.4, len(time)) * np.exp(-time / 0.012)
        self.add(start, clip, self.random.uniform(-16, -4))

    def samples(self):
        return np.clip(np.rint(self.wave * 32767), -32768, 32767).astype(np.int16)
