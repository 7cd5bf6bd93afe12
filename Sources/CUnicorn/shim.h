// What Swift cannot import of Unicorn: variadic calls and function-like macros, one inline function
// for each use. Written against libunicorn 2.0.1; the controls that only 2.1 knows are given by their
// numbers, and an older library answers them with an error.
#pragma once
#include <unicorn/unicorn.h>

enum {
  THUMBPRINT_HOOK_TLB_FILL = 1 << 17,     // 2.1
  THUMBPRINT_CTL_TLB_FLUSH = UC_CTL_TB_FLUSH + 1,
  THUMBPRINT_CTL_TLB_TYPE = UC_CTL_TB_FLUSH + 2,
  THUMBPRINT_CTL_TCG_BUFFER_SIZE = UC_CTL_TB_FLUSH + 3,
  THUMBPRINT_TLB_VIRTUAL = 1,
};

// The result of a TLB-fill callback as 2.1 lays it out.
typedef struct {
  uint64_t physical_address;
  int permissions;
} thumbprint_tlb_entry;

typedef void (*thumbprint_block_hook)(uc_engine *, uint64_t address, uint32_t size, void *);
typedef void (*thumbprint_interrupt_hook)(uc_engine *, uint32_t number, void *);
typedef bool (*thumbprint_invalid_instruction_hook)(uc_engine *, void *);
typedef bool (*thumbprint_memory_hook)(uc_engine *, uc_mem_type, uint64_t address, int size,
                                       int64_t value, void *);
typedef bool (*thumbprint_tlb_hook)(uc_engine *, uint64_t address, uc_mem_type,
                                    thumbprint_tlb_entry *, void *);

static inline uc_err thumbprint_hook_block(uc_engine *uc, uc_hook *hook,
                                           thumbprint_block_hook callback, void *user) {
  return uc_hook_add(uc, hook, UC_HOOK_BLOCK, (void *)callback, user, (uint64_t)1, (uint64_t)0);
}

// Called when a block is translated on the way from another, not when it runs.
static inline uc_err thumbprint_hook_translation(uc_engine *uc, uc_hook *hook,
                                                 uc_hook_edge_gen_t callback, void *user) {
  return uc_hook_add(uc, hook, UC_HOOK_EDGE_GENERATED, (void *)callback, user, (uint64_t)1,
                     (uint64_t)0);
}

static inline uc_err thumbprint_hook_interrupt(uc_engine *uc, uc_hook *hook,
                                               thumbprint_interrupt_hook callback, void *user) {
  return uc_hook_add(uc, hook, UC_HOOK_INTR, (void *)callback, user, (uint64_t)1, (uint64_t)0);
}

static inline uc_err thumbprint_hook_invalid_instruction(
    uc_engine *uc, uc_hook *hook, thumbprint_invalid_instruction_hook callback, void *user) {
  return uc_hook_add(uc, hook, UC_HOOK_INSN_INVALID, (void *)callback, user, (uint64_t)1,
                     (uint64_t)0);
}

static inline uc_err thumbprint_hook_invalid_memory(uc_engine *uc, uc_hook *hook,
                                                    thumbprint_memory_hook callback, void *user) {
  return uc_hook_add(uc, hook, UC_HOOK_MEM_INVALID, (void *)callback, user, (uint64_t)1,
                     (uint64_t)0);
}

static inline uc_err thumbprint_hook_memory_access(uc_engine *uc, uc_hook *hook,
                                                   thumbprint_memory_hook callback, void *user) {
  return uc_hook_add(uc, hook, UC_HOOK_MEM_READ | UC_HOOK_MEM_WRITE, (void *)callback, user,
                     (uint64_t)1, (uint64_t)0);
}

static inline uc_err thumbprint_hook_tlb(uc_engine *uc, uc_hook *hook, thumbprint_tlb_hook callback,
                                         void *user) {
  return uc_hook_add(uc, hook, THUMBPRINT_HOOK_TLB_FILL, (void *)callback, user, (uint64_t)1,
                     (uint64_t)0);
}

static inline uc_err thumbprint_set_cpu_model(uc_engine *uc, int model) {
  return uc_ctl_set_cpu_model(uc, model);
}

static inline uc_err thumbprint_use_virtual_tlb(uc_engine *uc) {
  return uc_ctl(uc, UC_CTL_WRITE(THUMBPRINT_CTL_TLB_TYPE, 1), THUMBPRINT_TLB_VIRTUAL);
}

static inline uc_err thumbprint_flush_tlb(uc_engine *uc) {
  return uc_ctl(uc, UC_CTL_WRITE(THUMBPRINT_CTL_TLB_FLUSH, 0));
}

static inline uc_err thumbprint_set_tcg_buffer_size(uc_engine *uc, uint32_t bytes) {
  return uc_ctl(uc, UC_CTL_WRITE(THUMBPRINT_CTL_TCG_BUFFER_SIZE, 1), bytes);
}

static inline uc_err thumbprint_remove_cache(uc_engine *uc, uint64_t start, uint64_t end) {
  return uc_ctl_remove_cache(uc, start, end);
}

static inline uc_err thumbprint_map_host(uc_engine *uc, uint64_t address, uint64_t size,
                                         uint32_t permissions, void *bytes) {
  return uc_mem_map_ptr(uc, address, size, permissions, bytes);
}

static inline uc_err thumbprint_map_device(uc_engine *uc, uint64_t address, uint64_t size,
                                           uc_cb_mmio_read_t read, uc_cb_mmio_write_t write,
                                           void *user) {
  return uc_mmio_map(uc, address, size, read, user, write, user);
}
