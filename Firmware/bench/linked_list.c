// A linked list searched and reversed, a CRC over its keys, and a state machine that reads them as
// characters.

#include "bench.h"

enum { NODES = 256, PASSES = 8 };

struct node {
  struct node *next;
  uint16_t key, value;
};

enum token { START, NUMBER, POINT, FRACTION, WORD, INVALID, TOKENS };

static struct node nodes[NODES];

static struct node *build(uint32_t *state) {
  struct node *first = 0;
  for (int index = 0; index < NODES; index++) {
    nodes[index] = (struct node){first, (uint16_t)(next_random(state) >> 16), (uint16_t)index};
    first = &nodes[index];
  }
  return first;
}

static struct node *reverse(struct node *first) {
  struct node *reversed = 0;
  while (first) {
    struct node *next = first->next;
    first->next = reversed;
    reversed = first;
    first = next;
  }
  return reversed;
}

static const struct node *find(const struct node *first, uint16_t key) {
  while (first && first->key != key) first = first->next;
  return first;
}

__attribute__((noinline)) static uint16_t crc(uint16_t sum, uint8_t byte) {
  sum ^= (uint16_t)(byte << 8);
  for (int bit = 0; bit < 8; bit++) sum = (uint16_t)(sum & 0x8000 ? sum << 1 ^ 0x1021 : sum << 1);
  return sum;
}

static enum token advance(enum token token, uint8_t character) {
  int digit = character < 80, point = character >= 240, letter = character >= 80 && character < 200;
  switch (token) {
    case START:
      return digit ? NUMBER : letter ? WORD : INVALID;
    case NUMBER:
      return digit ? NUMBER : point ? POINT : START;
    case POINT:
      return digit ? FRACTION : INVALID;
    case FRACTION:
      return digit ? FRACTION : START;
    case WORD:
      return letter || digit ? WORD : START;
    default:
      return letter ? START : INVALID;
  }
}

uint32_t linked_list(uint32_t round) {
  uint32_t state = round + 2, counts[TOKENS] = {0}, checksum = 0;
  uint16_t sum = 0xFFFF;
  struct node *first = build(&state);
  for (int pass = 0; pass < PASSES; pass++) {
    enum token token = START;
    first = reverse(first);
    for (const struct node *node = first; node; node = node->next) {
      sum = crc(crc(sum, (uint8_t)node->key), (uint8_t)(node->key >> 8));
      token = advance(token, (uint8_t)node->key);
      counts[token]++;
    }
    for (int search = 0; search < 16; search++) {
      const struct node *found = find(first, nodes[next_random(&state) % NODES].key);
      checksum = checksum * 5 + (found ? found->value : 1);
    }
  }
  for (int token = 0; token < TOKENS; token++) checksum = checksum * 7 + counts[token];
  return checksum ^ sum;
}
