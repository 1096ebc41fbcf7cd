/*
 * Written by scripts/coefficients; do not edit.
 */
#ifndef RAVEN_COEFFICIENTS_H
#define RAVEN_COEFFICIENTS_H

#include <stdint.h>

/* _HI: the leading bits, so that products with short numbers are exact. */
#define LOG2_E	0x1.71547652b82fep+0
#define LN2	0x1.62e42fefa39efp-1
#define LN2_HI	0x1.62e42fefa3p-1
#define LN2_LO	0x1.3de6af278ece6p-42
#define LN2_HALF_HI	0x1.62e42f8p-1
#define LN2_HALF_LO	0x1.be8e7bcd5e4f2p-27
#define SQRT_HALF	0x1.6a09e667f3bcdp-1
#define SQRT_HALF_LO	-0x1.bdd3413b26456p-55
#define SQRT_1_5	0x1.3988e1409212ep+0
#define SQRT_3_HALF	0x1.bb67ae8584caap-1
#define POW_SCALE	0x1.ec709dc3a03fdp-1
#define POW_SCALE_HI	0x1.ec709d8p-1
#define POW_SCALE_LO	0x1.0e80ff5d27f05p-27
#define LOG2_1_5_HI	0x1.2b8034p-1
#define LOG2_1_5_LO	0x1.cfdeb43cfd006p-27
#define ROOT3_2	0x1.428a2f98d728bp+0
#define ROOT3_4	0x1.965fea53d6e3dp+0
#define LOG10_2	0x1.34413509f79ffp-2
#define LOG10_2_HI	0x1.344135p-2
#define LOG10_2_LO	0x1.3ef3fde623e25p-31
#define PI_HI	0x1.921fb54442d18p+1
#define PI_LO	0x1.1a62633145c07p-53
#define TWO_OVER_PI	0x1.45f306dc9c883p-1
#define PI_HALF_1	0x1.921fb544p+0
#define PI_HALF_2	0x1.0b4611a6p-34
#define PI_HALF_3	0x1.3198a2ep-69
#define PI_HALF_4	0x1.b839a252049c1p-104
#define PI_HALF_REST	0x1.0b4611a626331p-34
#define PI_HALF	0x1.921fb54442d18p+0
#define PI_HALF_TOP	0x1.921fb5p+0
#define PI_HALF_LOW	0x1.110b4611a6263p-26
#define ERFC_CENTRE	0x1.cp+1
#define LOG2_E_F32	0x1.715476p+0f
#define LN2_HI_F32	0x1.62e4p-1f
#define LN2_LO_F32	0x1.7f7d1cp-20f

/* 2/pi from the most significant bit on; 64 stand before the point. */
static const uint32_t two_over_pi[42] = {
	0x00000000, 0x00000000, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0,
	0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561, 0xb7246e3a, 0x424dd2e0,
	0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
	0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b,
	0x1ff897ff, 0xde05980f, 0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7,
	0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b, 0x3d0739f7, 0x8a5292ea,
	0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab, 0xf0cfbc20, 0x9af4361d,
};

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

/* the same, relative to exp(r) - 1, relative error 2^-61.6 */
#define EXPM1_0	0x1p-1
#define EXPM1_1	0x1.5555555555559p-3
#define EXPM1_2	0x1.5555555555559p-5
#define EXPM1_3	0x1.111111110f70ap-7
#define EXPM1_4	0x1.6c16c16c1684dp-10
#define EXPM1_5	0x1.a01a01af9c448p-13
#define EXPM1_6	0x1.a01a019e34971p-16
#define EXPM1_7	0x1.71ddf9394a655p-19
#define EXPM1_8	0x1.27e4f910d03bbp-22
#define EXPM1_9	0x1.af5d04f483155p-26
#define EXPM1_10	0x1.1f38410bf917cp-29

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

/* sin(r) = r + r^3 SIN(r^2), relative error 2^-57.9 */
#define SIN_0	-0x1.5555555555548p-3
#define SIN_1	0x1.111111110f73p-7
#define SIN_2	-0x1.a01a019be921bp-13
#define SIN_3	0x1.71de35552bd88p-19
#define SIN_4	-0x1.ae5e4b848f902p-26
#define SIN_5	0x1.5d8b55d98554ep-33

/* cos(r) = 1 - r^2/2 + r^4 COS(r^2), relative error 2^-63.9 */
#define COS_0	0x1.555555555554bp-5
#define COS_1	-0x1.6c16c16c15014p-10
#define COS_2	0x1.a01a019c8efaep-16
#define COS_3	-0x1.27e4f7f1693c2p-22
#define COS_4	0x1.1ee9dbaeab65bp-29
#define COS_5	-0x1.8fa6719e3393cp-37

/* tanh(x) = x + x^3 TANH_F32(x^2), |x| < 0.6, relative error 2^-28.2 */
#define TANH_F32_0	-0x1.55553ap-2f
#define TANH_F32_1	0x1.1108cep-3f
#define TANH_F32_2	-0x1.b877fep-5f
#define TANH_F32_3	0x1.53c882p-6f
#define TANH_F32_4	-0x1.7dad78p-8f

/* atan(s) = s + s^3 ATAN(s^2), |s| < tan(pi/8), relative error 2^-59.4 */
#define ATAN_0	-0x1.555555555553dp-2
#define ATAN_1	0x1.999999999585fp-3
#define ATAN_2	-0x1.24924922aced1p-3
#define ATAN_3	0x1.c71c70e5d7213p-4
#define ATAN_4	-0x1.745cf8d537c66p-4
#define ATAN_5	0x1.3b111891b2a96p-4
#define ATAN_6	-0x1.10ebb1ce5725p-4
#define ATAN_7	0x1.df0ee9d2f3284p-5
#define ATAN_8	-0x1.9cd0fb814aa69p-5
#define ATAN_9	0x1.37d11a19a373bp-5
#define ATAN_10	-0x1.25604319e78fap-6

/* erf(x) = x + x ERF(x^2), |x| < 1, relative error 2^-56.0 */
#define ERF_0	0x1.06eba8214db68p-3
#define ERF_1	-0x1.812746b03799dp-2
#define ERF_2	0x1.ce2f21a03f8b6p-4
#define ERF_3	-0x1.b82ce311a9625p-6
#define ERF_4	0x1.565bcceed49d4p-8
#define ERF_5	-0x1.c02daeb5d5aacp-11
#define ERF_6	0x1.f9a2968fb1ac1p-14
#define ERF_7	-0x1.f4c82c456e1abp-17
#define ERF_8	0x1.b96b3705518f9p-20
#define ERF_9	-0x1.5b8b844968ff5p-23
#define ERF_10	0x1.d3d672fe97399p-27
#define ERF_11	-0x1.a225a61562fccp-31

/* exp(a^2) erfc(a) (1 + 2a) = ERFC(t), t = (a-3.5)/(a+3.5), relative error 2^-56.4 */
#define ERFC_0	0x1.3e0a99a0ee914p+0
#define ERFC_1	-0x1.1ebd220ea593bp-3
#define ERFC_2	-0x1.59e2c284b192dp-7
#define ERFC_3	0x1.8f702ec6b3333p-4
#define ERFC_4	-0x1.d76830c3503cdp-4
#define ERFC_5	0x1.686106046d704p-4
#define ERFC_6	-0x1.8ff5ef774636ap-5
#define ERFC_7	0x1.38ec6671e42a6p-6
#define ERFC_8	-0x1.143c4c80cde33p-8
#define ERFC_9	-0x1.3cf36c42a367p-12
#define ERFC_10	0x1.27e65d6b063f1p-11
#define ERFC_11	-0x1.fda8b9e925b4dp-14
#define ERFC_12	-0x1.66e05ca288895p-15
#define ERFC_13	0x1.97038169a55ffp-16
#define ERFC_14	0x1.383c8a9739323p-19
#define ERFC_15	-0x1.ff97434c0ee87p-19
#define ERFC_16	-0x1.638ed709ab947p-25
#define ERFC_17	0x1.3fe90daf3b6fep-21
#define ERFC_18	-0x1.5f8221cd680e4p-27
#define ERFC_19	-0x1.7fe7c740a0d5ep-24
#define ERFC_20	0x1.78528481ab5cep-30
#define ERFC_21	0x1.38bbd3a5125f1p-27

#endif
