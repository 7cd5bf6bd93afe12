// The boot ROM's floating point against the compiler's library, bit by bit on random numbers, and against
// tabulated values of elementary functions.
#include "../rp2040/rp2040.h"

typedef union { uint32_t bits; float number; } Single;
typedef union { uint64_t bits; double number; } Double;

static uint32_t tables[2];  // of single and of double precision

static uint32_t rom_word(uint32_t address) {
  __asm("" : "+r"(address));
  return REG(address);
}

static uint32_t entry(int is_double, uint32_t offset) { return rom_word(tables[is_double] + offset); }

static void find_tables(void) {
  typedef uint32_t Function(uint32_t, uint32_t);
  Function *find = (Function *)(rom_word(0x18) & 0xffff);
  tables[0] = find(rom_word(0x14) >> 16, 'S' | 'F' << 8);
  tables[1] = find(rom_word(0x14) >> 16, 'S' | 'D' << 8);
}

static uint32_t state = 0x12345678;

static uint32_t random(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

// Of magnitudes that neither overflow nor vanish, and now and then close to each other.
static Single single(void) {
  uint32_t exponent = random() & 1 ? 96 + (random() & 63) : 127;
  return (Single){(random() & 0x807fffff) | exponent << 23};
}

static Double twice(void) {
  uint64_t exponent = random() & 1 ? 992 + (random() & 63) : 1023;
  return (Double){
      ((uint64_t)(random() & 0x800fffff) << 32 | random()) | exponent << 52};
}

static void say(const char *name, int failures) {
  print(name);
  print(failures == 0 ? " ok\n" : " FAIL\n");
}

typedef float Singles(float, float);
typedef double Doubles(double, double);

#define TURNS 200

// The functions' numbers go in core registers, as the compiler's do.
static void arithmetic(void) {
  static int failures[4], long_failures[4];
  for (int turn = 0; turn < TURNS; turn++) {
    Single a = single(), b = single(), c;
    Double x = twice(), y = twice(), z;
    for (int kind = 0; kind < 4; kind++) {
      c.number = kind == 0   ? a.number + b.number
                 : kind == 1 ? a.number - b.number
                 : kind == 2 ? a.number * b.number
                             : a.number / b.number;
      Single got = {.number = ((Singles *)entry(0, 4 * (uint32_t)kind))(a.number, b.number)};
      failures[kind] += got.bits != c.bits;
      z.number = kind == 0   ? x.number + y.number
                 : kind == 1 ? x.number - y.number
                 : kind == 2 ? x.number * y.number
                             : x.number / y.number;
      Double long_got = {.number = ((Doubles *)entry(1, 4 * (uint32_t)kind))(x.number, y.number)};
      long_failures[kind] += long_got.bits != z.bits;
    }
  }
  static const char *const names[] = {"add", "subtract", "multiply", "divide"};
  for (int kind = 0; kind < 4; kind++) say(names[kind], failures[kind] + long_failures[kind]);
}

static void roots(void) {
  int failures = 0;
  for (int turn = 0; turn < TURNS; turn++) {
    Single a = single();
    a.bits &= 0x7fffffff;
    float found = ((Singles *)entry(0, 0x18))(a.number, 0);
    // Nothing that is nearer has a nearer square.
    Single above = {.number = found}, below = above;
    above.bits++, below.bits--;
    double wanted = a.number;
    failures += !((double)below.number * below.number < wanted);
    failures += !((double)above.number * above.number > wanted);
  }
  say("square root", failures);
  say("root of two", ((Doubles *)entry(1, 0x18))(2.0, 0) != 1.4142135623730951);
}

static void conversions(void) {
  typedef float FromInteger(int32_t);
  typedef double LongFromInteger(int32_t);
  typedef int32_t ToInteger(float);
  typedef int32_t LongToInteger(double);
  typedef int64_t ToLong(double);
  typedef double Widen(float);
  typedef float Narrow(double);
  int failures = 0;
  for (int turn = 0; turn < TURNS; turn++) {
    int32_t n = (int32_t)random() >> (random() & 31);
    failures += ((FromInteger *)entry(0, 0x2c))(n) != (float)n;
    failures += ((LongFromInteger *)entry(1, 0x2c))(n) != (double)n;
    Single a = single();
    Double x = twice();
    Narrow *narrow = (Narrow *)entry(1, 0x7c);
    failures += ((Widen *)entry(0, 0x7c))(a.number) != (double)a.number;
    failures += narrow(x.number) != (float)x.number;
    int64_t down = (int64_t)x.number;
    if (x.number < 0 && (double)down != x.number) down--;
    failures += ((ToLong *)entry(1, 0x6c))(x.number) != down;
  }
  say("conversions", failures);
  ToInteger *to_integer = (ToInteger *)entry(0, 0x1c);
  LongToInteger *long_to_integer = (LongToInteger *)entry(1, 0x1c);
  failures = to_integer(-2.5f) != -3 || to_integer(2.5f) != 2;
  failures |= to_integer(3e9f) != INT32_MAX || to_integer(-3e9f) != INT32_MIN;
  failures |= long_to_integer(-2147483648.0) != INT32_MIN || long_to_integer(-0.5) != -1;
  say("rounding down", failures);
  typedef int32_t ToFixed(float, int);
  typedef float FromFixed(int32_t, int);
  failures = ((ToFixed *)entry(0, 0x20))(-1.25f, 8) != -320;
  failures |= ((FromFixed *)entry(0, 0x30))(-320, 8) != -1.25f;
  say("fixed point", failures);
}

static void comparisons(void) {
  typedef int Compare(float, float);
  typedef int LongCompare(double, double);
  int failures = ((Compare *)entry(0, 0x54))(0.0f, -0.0f) != 0;
  for (int turn = 0; turn < TURNS; turn++) {
    Single a = single(), b = single();
    Double x = twice(), y = twice();
    failures += ((Compare *)entry(0, 0x54))(a.number, b.number) !=
                (a.number < b.number ? -1 : a.number > b.number);
    failures += ((LongCompare *)entry(1, 0x54))(x.number, y.number) !=
                (x.number < y.number ? -1 : x.number > y.number);
  }
  say("compare", failures);
}

typedef struct {
  uint32_t offset;
  double x, y, value;
} Point;

static const Point points[] = {
    {0x40, 0.5, 0, 0.479425538604203},  // sine
    {0x40, -2.25, 0, -0.7780731968879212},  // sine
    {0x40, 3.0, 0, 0.1411200080598672},  // sine
    {0x40, 30.0, 0, -0.9880316240928618},  // sine
    {0x3c, 0.5, 0, 0.8775825618903728},  // cosine
    {0x3c, -2.25, 0, -0.6281736227227391},  // cosine
    {0x3c, 3.0, 0, -0.9899924966004454},  // cosine
    {0x3c, 30.0, 0, 0.15425144988758405},  // cosine
    {0x44, 0.5, 0, 0.5463024898437905},  // tangent
    {0x44, -1.25, 0, -3.0095696738628313},  // tangent
    {0x44, 2.0, 0, -2.185039863261519},  // tangent
    {0x44, 0.001, 0, 0.0010000003333334668},  // tangent
    {0x4c, 0.5, 0, 1.6487212707001282},  // exponential
    {0x4c, -3.25, 0, 0.03877420783172201},  // exponential
    {0x4c, 20.0, 0, 485165195.4097903},  // exponential
    {0x4c, 0.001, 0, 1.0010005001667084},  // exponential
    {0x50, 0.5, 0, -0.6931471805599453},  // logarithm
    {0x50, 1.0009765625, 0, 0.0009760859730554589},  // logarithm
    {0x50, 3.25, 0, 1.1786549963416462},  // logarithm
    {0x50, 10000000000.0, 0, 23.025850929940457},  // logarithm
    {0x58, 1.0, 2.0, 0.4636476090008061},  // arc tangent
    {0x58, -3.0, 0.5, -1.4056476493802699},  // arc tangent
    {0x58, 0.25, -1.0, 2.896613990462929},  // arc tangent
    {0x58, -0.001, -2.0, -3.14109265363146},  // arc tangent
};

static double distance(double a, double b) { return a > b ? a - b : b - a; }

static void functions(void) {
  int failures = 0, long_failures = 0;
  for (unsigned index = 0; index < sizeof points / sizeof points[0]; index++) {
    Point point = points[index];
    double size = distance(point.value, 0);
    float got = ((Singles *)entry(0, point.offset))((float)point.x, (float)point.y);
    failures += distance(got, point.value) > 4e-7 * (size > 1 ? size : 1);
    double long_got = ((Doubles *)entry(1, point.offset))(point.x, point.y);
    long_failures += distance(long_got, point.value) > 2e-15 * (size > 1 ? size : 1);
  }
  say("functions", failures);
  say("functions in double precision", long_failures);
}

int main(void) {
  clock_start();
  uart_start();
  find_tables();
  arithmetic();
  roots();
  conversions();
  comparisons();
  functions();
  return 0;
}
