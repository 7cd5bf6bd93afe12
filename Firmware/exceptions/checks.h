// The groups of checks, in the order in which main runs them.
#pragma once

void check_reset_state(void);
void check_supervisor_call(void);
void check_masking(void);
void check_priority(void);
void check_pending(void);
void check_system_exceptions(void);
void check_timers(void);
void check_waiting(void);
void check_floating_point(void);
void check_context_switch(void);
void check_unprivileged(void);
void check_faults(void);
void check_escalation(void);
void check_exclusive(void);
