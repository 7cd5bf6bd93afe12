"""A board moved by a hand, as a rigid body, and what its sensors make of it."""
import numpy as np

RATE = 119
FINE = 8  # steps of the movement per sample
GRAVITY = 9.80665


def smooth(time, start, end, edge):
    """0 before start, 1 between, 0 after end; edges are half cosines of that length."""
    up = np.clip((time - start) / edge, 0, 1)
    down = np.clip((end - time) / edge, 0, 1)
    return 0.5 * (1 - np.cos(np.pi * up)) * 0.5 * (1 - np.cos(np.pi * down))


class Path:
    """Where the board is (m) and how it is turned (roll, pitch, yaw in rad), sample by sample."""

    def __init__(self, seconds, random):
        self.random = random
        self.time = np.arange(int(seconds * RATE * FINE)) / (RATE * FINE)
        self.place = np.zeros((len(self.time), 3))
        self.angles = np.zeros((len(self.time), 3))
        self.angles += random.uniform([-0.35, -0.35, -3], [0.35, 0.35, 3])
        for axis in range(3):
            self._tremor(axis)

    def _tremor(self, axis):
        for _ in range(3):
            rate, phase = self.random.uniform(0.2, 6), self.random.uniform(0, 2 * np.pi)
            wave = np.sin(2 * np.pi * rate * self.time + phase)
            self.angles[:, axis] += self.random.uniform(0, 0.012) / max(rate, 1) * wave
            self.place[:, axis] += self.random.uniform(0, 0.004) / max(rate, 1) ** 2 * wave

    def circle(self, start, length):
        """Circles in an upright plane, the wrist following a little."""
        random = self.random
        hold = smooth(self.time, start, start + length, 0.2)
        turn = 2 * np.pi * random.uniform(1.2, 1.7) * (self.time - start) * random.choice([-1, 1])
        turn += random.uniform(0, 2 * np.pi)
        radius, wrist = random.uniform(0.10, 0.18), random.uniform(0.10, 0.25)
        self.place[:, 0] += hold * radius * np.cos(turn)
        self.place[:, 2] += hold * radius * np.sin(turn)
        self.angles[:, 1] += hold * wrist * np.sin(turn + random.uniform(-0.5, 0.5))

    def shake(self, start, length):
        """A quick twist of the wrist to and fro."""
        random = self.random
        hold = smooth(self.time, start, start + length, 0.12)
        turn = 2 * np.pi * random.uniform(3.5, 5.5) * (self.time - start)
        self.angles[:, 0] += hold * random.uniform(0.2, 0.4) * np.sin(turn)
        reach, lag = random.uniform(0.008, 0.02), random.uniform(-1, 1)
        self.place[:, 1] += hold * reach * np.sin(turn + lag)

    def lift(self, start, length):
        """Up and forward, pitched, held, and back down."""
        random = self.random
        edge = length * random.uniform(0.38, 0.46)
        hold = smooth(self.time, start, start + length, edge)
        self.angles[:, 1] -= hold * random.uniform(0.9, 1.3)
        self.place[:, 2] += hold * random.uniform(0.2, 0.35)
        self.place[:, 0] += hold * random.uniform(0.05, 0.15)

    def matrices(self):
        """Body to world, from yaw, pitch, roll."""
        (cr, cp, cy), (sr, sp, sy) = np.cos(self.angles).T, np.sin(self.angles).T
        return np.stack(
            [
                np.stack([cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr], -1),
                np.stack([sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr], -1),
                np.stack([-sp, cp * sr, cp * cr], -1),
            ],
            1,
        )

    def felt(self):
        """Acceleration (g), rate (dps) and up at the sampling instants, in the board's frame."""
        step = 1 / (RATE * FINE)
        turned = self.matrices()
        force = np.gradient(np.gradient(self.place, step, axis=0), step, axis=0) / GRAVITY
        force[:, 2] += 1
        acceleration = np.einsum("nji,nj->ni", turned, force)
        spin = np.einsum("nji,njk->nik", turned, np.gradient(turned, step, axis=0))
        rate = np.degrees(np.stack([spin[:, 2, 1], spin[:, 0, 2], spin[:, 1, 0]], -1))
        return acceleration[::FINE], rate[::FINE], turned[::FINE, 2, :]


def sensed(acceleration, rate, random):
    """The same with an LSM9DS1's noise, bias and error of scale; also the gyroscope's bias."""
    bias = random.uniform(-4, 4, 3)
    acceleration = acceleration * random.normal(1, 0.005, 3) + random.normal(0, 0.008, 3)
    acceleration += random.normal(0, 0.004, acceleration.shape)
    rate = rate * random.normal(1, 0.005, 3) + bias + random.normal(0, 0.2, rate.shape)
    return acceleration, rate, bias


def counts(acceleration, rate):
    """The sensor's registers at 4 g (0.122 mg) and 2000 dps (70 mdps)."""
    raw = np.concatenate([acceleration / 0.000122, rate / 0.07], axis=1)
    return np.clip(np.rint(raw), -32768, 32767).astype(np.int16)
