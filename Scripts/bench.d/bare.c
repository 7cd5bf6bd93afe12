// Runs a firmware of Firmware/ on Unicorn alone: no hook on blocks, nothing counted, no device that
// does anything. What Scripts/bench compares the simulator with.
//
//     bare FIRMWARE.elf
//
// Everything above the code is memory, so that registers can be written; text goes by semihosting
// or, dropped, to a UART that always reads ready.
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <unicorn/unicorn.h>

enum {
  // Numbers that only libunicorn 2.1 knows; as in Sources/CUnicorn/shim.h.
  HOOK_TLB_FILL = 1 << 17,
  CONTROL_TLB_TYPE = UC_CTL_TB_FLUSH + 2,
  CONTROL_BUFFER_SIZE = UC_CTL_TB_FLUSH + 3,
  TLB_VIRTUAL = 1,

  INTERRUPT_BREAKPOINT = 7,
  CODE_SIZE = 4 << 20,
};

static const uint32_t data_start = 0x20000000, data_size = 4 << 20;
static const uint32_t devices_start = 0x40000000, devices_size = 1 << 20;
static const uint32_t system_start = 0xE0000000, system_size = 1 << 20;

typedef struct {
  uint64_t physical_address;
  int permissions;
} tlb_entry;

static uint8_t *code, *data;

static void check(uc_err error, const char *operation) {
  if (error == UC_ERR_OK) return;
  fprintf(stderr, "error: %s: %s\n", operation, uc_strerror(error));
  exit(70);
}

static bool fill_tlb(uc_engine *uc, uint64_t address, uc_mem_type type, tlb_entry *entry,
                     void *user) {
  if (type != UC_MEM_FETCH) {
    // Libunicorn 2.1.4 leaks the IT state out of this callback into the next block.
    uint32_t plain = 0x01000000;
    uc_reg_write(uc, UC_ARM_REG_EPSR, &plain);
  }
  entry->physical_address = address & ~0x3ffull;
  entry->permissions = address < CODE_SIZE ? UC_PROT_READ | UC_PROT_EXEC
                                           : UC_PROT_READ | UC_PROT_WRITE;
  return true;
}

static void stop_at_interrupt(uc_engine *uc, uint32_t number, void *user) {
  *(uint32_t *)user = number;
  uc_emu_stop(uc);
}

static void map(uc_engine *uc, uint32_t start, uint32_t size, uint32_t permissions,
                uint8_t **bytes) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) check(UC_ERR_NOMEM, "map memory");
  check(uc_mem_map_ptr(uc, start, size, permissions, memory), "map memory");
  if (bytes) *bytes = memory;
}

static uint8_t *host(uint32_t address) {
  if (address < CODE_SIZE) return code + address;
  if (address - data_start < data_size) return data + (address - data_start);
  fprintf(stderr, "error: no memory at 0x%08x\n", address);
  exit(65);
}

// Loads the segments where the image stores them; returns where reset begins.
static void load(const char *path) {
  static uint8_t file[8 << 20];
  FILE *stream = fopen(path, "rb");
  if (!stream || fread(file, 1, sizeof file, stream) < sizeof(Elf32_Ehdr)) {
    fprintf(stderr, "error: cannot read '%s'\n", path);
    exit(66);
  }
  fclose(stream);
  const Elf32_Ehdr *header = (const void *)file;
  for (int index = 0; index < header->e_phnum; index++) {
    const Elf32_Phdr *segment =
        (const void *)(file + header->e_phoff + index * header->e_phentsize);
    if (segment->p_type == PT_LOAD && segment->p_filesz)
      memcpy(host(segment->p_paddr), file + segment->p_offset, segment->p_filesz);
  }
}

// Does what the firmware asks of its debugger; false when it has ended.
static bool semihosting(uc_engine *uc, int *status) {
  uint32_t operation, argument, zero = 0;
  uc_reg_read(uc, UC_ARM_REG_R0, &operation);
  uc_reg_read(uc, UC_ARM_REG_R1, &argument);
  uc_reg_write(uc, UC_ARM_REG_R0, &zero);
  switch (operation) {
    case 0x04:  // SYS_WRITE0
      fputs((const char *)host(argument), stdout);
      return true;
    case 0x20: {  // SYS_EXIT_EXTENDED
      uint32_t block[2];
      memcpy(block, host(argument), sizeof block);
      *status = (int)block[1];
      return false;
    }
    default:
      fprintf(stderr, "error: semihosting operation 0x%x\n", operation);
      exit(70);
  }
}

static uc_engine *open_engine(uint32_t *interrupt) {
  uc_engine *uc;
  uc_hook hook;
  unsigned version = uc_version(NULL, NULL);
  check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &uc), "open");
  check(uc_ctl_set_cpu_model(uc, UC_CPU_ARM_CORTEX_M4), "choose the core");
  if (version >= 0x02010000) {
    check(uc_ctl(uc, UC_CTL_WRITE(CONTROL_TLB_TYPE, 1), TLB_VIRTUAL), "use a virtual TLB");
    check(uc_ctl(uc, UC_CTL_WRITE(CONTROL_BUFFER_SIZE, 1), (uint32_t)32 << 20), "size the buffer");
    check(uc_hook_add(uc, &hook, HOOK_TLB_FILL, (void *)fill_tlb, NULL, (uint64_t)1, (uint64_t)0),
          "hook the TLB");
  }
  check(uc_hook_add(uc, &hook, UC_HOOK_INTR, (void *)stop_at_interrupt, interrupt, (uint64_t)1,
                    (uint64_t)0),
        "hook interrupts");
  map(uc, 0, CODE_SIZE, UC_PROT_READ | UC_PROT_EXEC, &code);
  map(uc, data_start, data_size, UC_PROT_ALL, &data);
  map(uc, devices_start, devices_size, UC_PROT_ALL, NULL);
  map(uc, system_start, system_size, UC_PROT_ALL, NULL);
  return uc;
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: bare FIRMWARE.elf\n");
    return 64;
  }
  uint32_t interrupt = 0, vectors[2], pc;
  uc_engine *uc = open_engine(&interrupt);
  load(arguments[1]);
  memcpy(vectors, code, sizeof vectors);
  uc_reg_write(uc, UC_ARM_REG_SP, &vectors[0]);
  pc = vectors[1];
  for (int status = 0;;) {
    interrupt = 0;
    check(uc_emu_start(uc, pc | 1, 0, 0, 0), "run");
    if (interrupt != INTERRUPT_BREAKPOINT) {
      fprintf(stderr, "error: the firmware stopped by interrupt %u\n", interrupt);
      return 3;
    }
    if (!semihosting(uc, &status)) return status;
    uc_reg_read(uc, UC_ARM_REG_PC, &pc);
    pc += 2;
  }
}
