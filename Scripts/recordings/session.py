"""A person's session with the board: movements, words and rests, with the labels they deserve."""
import numpy as np

import movement
import sound

CLASSES = ["rest", "circle", "shake", "lift", "command"]
# A label marks when its class is to be reported. The network has to have seen a movement begin
# and end, so labels trail the movement.
SEEN_AFTER = 0.30
OVER_AFTER = 0.20


class Session:
    """Plays acts one after another, each followed by a rest."""

    def __init__(self, seconds, random, words):
        self.seconds, self.random, self.words = seconds, random, words
        self.path = movement.Path(seconds, random)
        self.room = sound.Room(seconds, random)
        self.acts = []  # (start, end, class)

    def act(self, name, start):
        """Performs one act; returns when it ends."""
        random = self.random
        clip = self.words.take()
        spoken = len(clip) / sound.RATE
        length = random.uniform(1.2, 1.8)
        if name in ("circle", "shake"):
            getattr(self.path, name)(start, length)
            if random.random() < 0.4:
                self.room.say(start + random.uniform(-0.3, 0.3), clip)
        elif name == "command":
            length = spoken + random.uniform(0.1, 0.3)
            self.path.lift(start, length)
            self.room.say(start + random.uniform(0, 0.1), clip)
        elif name == "lift":
            self.path.lift(start, length)
        elif name == "rest" and random.random() < 0.5:
            # Words without a movement mean nothing.
            self.room.say(start, clip)
            length = spoken + 0.4
        if random.random() < 0.25:
            self.room.knock(start + random.uniform(0, length))
        if name != "rest":
            self.acts.append((start, start + length, CLASSES.index(name)))
        return start + length

    def fill(self):
        """Random acts to the end."""
        time = self.random.uniform(0.5, 1.0)
        while time < self.seconds - 4:
            time = self.act(str(self.random.choice(CLASSES)), time)
            time += self.random.uniform(0.6, 1.1)
        return self

    def labels(self):
        """(start, length, class) from the beginning to the end, without gaps."""
        rows, time = [], 0.0
        for start, end, name in self.acts:
            rows.append((time, start + SEEN_AFTER - time, 0))
            rows.append((start + SEEN_AFTER, end + OVER_AFTER - start - SEEN_AFTER, name))
            time = end + OVER_AFTER
        rows.append((time, self.seconds - time, 0))
        return rows

    def classes(self, times):
        """The label at each instant."""
        result = np.zeros(len(times), int)
        for start, length, name in self.labels():
            result[(times >= start) & (times < start + length)] = name
        return result
