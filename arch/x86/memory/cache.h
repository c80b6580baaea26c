/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory types of this CPU. Any CPU. */
#ifndef ARCH_X86_CACHE_H
#define ARCH_X86_CACHE_H

/* Makes RAM cached on this CPU and gives the PAT its power-on meaning. */
void cache_start(void);

#endif
