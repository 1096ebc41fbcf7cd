/*
 * Written by scripts/coefficients; do not edit.
 */
#ifndef RAVEN_COEFFICIENTS_H
#define RAVEN_COEFFICIENTS_H

/* _HI: the leading bits, so that products with short numbers are exact. */
#define LOG2_E	0x1.71547652b82fep+0
#define LN2	0x1.62e42fefa39efp-1
#define LN2_HI	0x1.62e42fefa3p-1
#define LN2_LO	0x1.3de6af278ece6p-42
#define LN2_HALF_HI	0x1.62e42f8p-1
#define LN2_HALF_LO	0x1.be8e7bcd5e4f2p-27
#define SQRT_HALF	0x1.6a09e667f3bcdp-1
#define SQRT_1_5	0x1.3988e1409212ep+0
#define SQRT_3_HALF	0x1.bb67ae8584caap-1
#define POW_SCALE	0x1.ec709dc3a03fdp-1
#define POW_SCALE_HI	0x1.ec709d8p-1
#define POW_SCALE_LO	0x1.0e80ff5d27f05p-27
#define LOG2_1_5_HI	0x1.2b8034p-1
#define LOG2_1_5_LO	0x1.cfdeb43cfd006p-27
#define ROOT3_2	0x1.428a2f98d728bp+0
#define ROOT3_4	0x1.965fea53d6e3dp+0
#define LOG2_E_F32	0x1.715476p+0f
#define LN2_HI_F32	0x1.62e4p-1f
#define LN2_LO_F32	0x1.7f7d1cp-20f

/* exp(r) = 1 + r + r^2 EXP(r), relative error 2^-57.9 */
#define EXP_0	0x1.000000000000ap-1
#define EXP_1	0x1.555555555550cp-3
#define EXP_2	0x1.555555555079dp-5
#define EXP_3	0x1.111111112470ap-7
#define EXP_4	0x1.6c16c1843929ap-10
#define EXP_5	0x1.a01a013810bbap-13
#define EXP_6	0x1.a0199a0cfb7f2p-16
#define EXP_7	0x1.71df0cdf8d778p-19
#define EXP_8	0x1.28ad5ef0638d8p-22
#define EXP_9	0x1.ad9f2db76b655p-26

/* the same for float32, relative error 2^-28.3 */
#define EXP_F32_0	0x1.fffffcp-2f
#define EXP_F32_1	0x1.555492p-3f
#define EXP_F32_2	0x1.5558aap-5f
#define EXP_F32_3	0x1.12396ep-7f
#define EXP_F32_4	0x1.6a525p-10f

/* log(1+f) = 2s + s^3 LOG(s^2), s = f/(2+f), relative error 2^-59.5 */
#define LOG_0	0x1.5555555555592p-1
#define LOG_1	0x1.999999997ff64p-2
#define LOG_2	0x1.24924941db342p-2
#define LOG_3	0x1.c71c521a2cbd9p-3
#define LOG_4	0x1.74663b9f19a53p-3
#define LOG_5	0x1.39a20c138e1b2p-3
#define LOG_6	0x1.2f024d1ac35cfp-3

/* log(m/c) = 2s/3 (3 + s^2 + s^4 POW(s^2)), s = (m-c)/(m+c), relative error 2^-71.3 */
#define POW_0	0x1.3333333333303p-1
#define POW_1	0x1.b6db6db6fa9cbp-2
#define POW_2	0x1.5555551924a0ap-2
#define POW_3	0x1.17460a703783cp-2
#define POW_4	0x1.d864be9b8c626p-3
#define POW_5	0x1.a7dfe9f21db4bp-3

/* cube root in [1, 2], relative error 2^-22.8 */
#define CBRT_0	0x1.c8ffbdd6c498bp-2
#define CBRT_1	0x1.e851e7a176b27p-1
#define CBRT_2	-0x1.585ff7c4f2dc7p-1
#define CBRT_3	0x1.90b8e0dae5d48p-2
#define CBRT_4	-0x1.2e2de757f7bf7p-3
#define CBRT_5	0x1.0405978f26c01p-5
#define CBRT_6	-0x1.831a394329732p-9

#endif
