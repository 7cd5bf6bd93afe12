volatile int total;
struct point { int x, y; };
static inline int product(struct point p) { return p.x * p.y; }
int area(struct point p) { for (int i = 0; i < p.x; i++) total += product(p); return total; }
void reset(void) { struct point p = {3, 4}; area(p); for (;;) {} }
__attribute__((section(".vectors"))) const void *const vectors[] = {(void *)0x20100000, reset};
void __aeabi_unwind_cpp_pr0(void) {}
void __aeabi_unwind_cpp_pr1(void) {}
