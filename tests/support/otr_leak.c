/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libotr 4.1.1 loses 32 bytes of each message in a session that it cannot read (the extra symmetric key of
 * otrl_message_receiving()); nothing can be done about it from outside. For programs that say such things on purpose: what
 * libotr loses otherwise is found by the others. The stack has to be walked through libotr for that. */
#if defined(__SANITIZE_ADDRESS__)

const char *__asan_default_options(void);
const char *__lsan_default_suppressions(void);

const char *
__asan_default_options(void)
{
    return "fast_unwind_on_malloc=0:malloc_context_size=12";
}

const char *
__lsan_default_suppressions(void)
{
    return "leak:otrl_message_receiving\n";
}

#else

typedef int nothing_to_do;

#endif
