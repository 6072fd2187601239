// swift-vllm
// SPDX-License-Identifier: Apache-2.0

// The CPU kernels. Every operation is a pure function over a sub-range of its output, so that the caller
// owns threads; each exists once an instruction set, and `vllm_kernels_for` hands out the table of one.
//
// Results are a function of the inputs of one output element alone: the order of additions along K (or
// along the context) is fixed, whatever the row, column or query range of the call.

#ifndef VLLM_KERNELS_H
#define VLLM_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// From I8 on they are of weights alone: whole numbers with scales.
typedef enum {
    VLLM_DTYPE_F32 = 0,
    VLLM_DTYPE_F16 = 1,
    VLLM_DTYPE_BF16 = 2,
    VLLM_DTYPE_I8 = 3,     // a float32 scale a row
    VLLM_DTYPE_I4 = 4,     // a float16 scale a group of a row: scale * (code - 8)
    VLLM_DTYPE_I4_MIN = 5, // and a float16 minimum a group: scale * (code - 8) - minimum
    // The blocks of ggml, rearranged; their numbers are the same.
    VLLM_DTYPE_Q8_0 = 6, // 8 bits, a float16 scale a group of 32
    VLLM_DTYPE_Q5_0 = 7, // 5 bits, a float16 scale a group of 32
    VLLM_DTYPE_Q4_K = 8, // 4 bits, six-bit scales and minimums a group of 32, float16 ones of these a 256
    VLLM_DTYPE_Q6_K = 9  // 6 bits, eight-bit scales a group of 16, a float16 one of these a 256
} vllm_dtype;
enum { VLLM_DTYPES = 10 };

/// Instruction sets in rising order of capability.
typedef enum {
    VLLM_ISA_PORTABLE = 0,
    VLLM_ISA_AVX2 = 1,       // AVX2, FMA, F16C
    VLLM_ISA_AVX512 = 2,     // F, BW, DQ, VL
    VLLM_ISA_AVX512_BF16 = 3 // the above and AVX512_BF16
} vllm_isa;

#define VLLM_PANEL 16 // columns of a weight panel, and tokens of a key/value group

// ---------------------------------------------------------------------------------------------------------
// Packed weights
//
// A weight [n, k] is cut into panels of 16 rows (its output columns). bf16: [panel][k/2][16][2];
// f32 and f16: [panel][k][16]. n is padded with zero rows to 16; k must be even for bf16.

/// Bytes of one packed panel.
size_t vllm_panel_bytes(vllm_dtype packed, int k);

/// Packs one panel from 16 source rows. `rows[i]` may be NULL (a zero row). Element j of row i stands at
/// `rows[i] + j * k_stride` elements of `source`. Rounds to nearest even where the packed type is narrower.
void vllm_pack_panel(void *panel, vllm_dtype packed, const void *const rows[VLLM_PANEL], vllm_dtype source,
                     ptrdiff_t k_stride, int k);

/// Writes k elements that lie `stride` elements of `source` apart (F32, F16 or BF16) as float32. The row need
/// not be aligned.
void vllm_widen_row(float *out, const void *row, vllm_dtype source, ptrdiff_t stride, int k);

/// The first of k elements that lie `stride` elements of `source` apart whose bits without the sign are at
/// least `limit`, as infinities and what is no number are for the bits of infinity; -1 where there is none.
int vllm_first_beyond(const void *row, vllm_dtype source, ptrdiff_t stride, int k, uint32_t limit);

// Whole numbers are packed as unsigned codes, so that the dot product of unsigned and signed bytes takes them
// against signed activations; what the codes are above their values is taken off with the activations' sums.
//   I8:  [panel]{ [k/4][16][4] codes (value + 128), [16] float32 scales }
//   I4:  [panel]{ [k/8][16][4] bytes, [k/group][16] float16 scales, with I4_MIN [k/group][16] minimums }
//        the low halves of a 64-byte line are four inputs, the high halves the next four
//   Q8_0: as I8, with [k/32][16] float16 scales
//   Q5_0: [panel]{ [k/32]{ [16] words of fifth bits, [4][16][4] bytes as of I4 }, [k/32][16] float16 scales }
//   Q4_K: [panel][k/256]{ 256 bytes of factors, [32][16][4] bytes as of I4 }
//   Q6_K: [panel][k/256]{ 320 bytes of factors, [16]{ [16] words of upper bits, [2][16][4] bytes as of I4 } }
// n is padded to 16; k to 4 for I8; for the others the group, or the block, divides k. A group is a multiple
// of 32, or for Q6_K 16.

/// Bytes of one packed panel of whole numbers, a multiple of 64.
size_t vllm_integer_panel_bytes(vllm_dtype packed, int k, int group);

/// What `vllm_quantize_args` has to say for a type of whole numbers.
int vllm_integer_zero(vllm_dtype packed);
/// Inputs that share a scale, or 0 where the weight says.
int vllm_integer_group(vllm_dtype packed);

/// Packs one panel of given codes, row by row: I8 and Q8_0 values in −128…127, I4 codes in 0…15, Q5_0 in
/// 0…31. `scales` and `minimums` are float32, [16][groups] (I8: one a row); `codes[i]` may be NULL (a zero
/// row).
void vllm_pack_integers(void *panel, vllm_dtype packed, const int8_t *const codes[VLLM_PANEL],
                        const float *scales, const float *minimums, int k, int group);

/// Writes logical row `row` of a weight of whole numbers as float32.
void vllm_unpack_integers(float *out, const void *weight, vllm_dtype packed, int row, int k, int group);

/// Blocks of numbers with factors of their own, as ggml stores them, one after the other in a row.
typedef enum {
    VLLM_BLOCK_Q4_0,
    VLLM_BLOCK_Q4_1,
    VLLM_BLOCK_Q5_0,
    VLLM_BLOCK_Q5_1,
    VLLM_BLOCK_Q8_0,
    VLLM_BLOCK_Q2_K,
    VLLM_BLOCK_Q3_K,
    VLLM_BLOCK_Q4_K,
    VLLM_BLOCK_Q5_K,
    VLLM_BLOCK_Q6_K,
    VLLM_BLOCK_IQ4_NL,
    VLLM_BLOCK_IQ4_XS,
    VLLM_BLOCK_MXFP4
} vllm_block;

/// Numbers of a block: 32 or 256.
int vllm_block_length(vllm_block type);
/// Bytes of a block.
size_t vllm_block_size(vllm_block type);

/// Writes k numbers, whole blocks, as float32. The row need not be aligned.
void vllm_widen_blocks(float *out, const void *row, vllm_block type, int k);

/// Writes k codes of Q4_0, Q5_0 or Q8_0 and a scale a block, as `vllm_pack_integers` takes them for I4, Q5_0
/// and Q8_0; those of IQ4_NL and MXFP4 as it takes them for Q8_0.
void vllm_open_blocks(int8_t *codes, float *scales, const void *row, vllm_block type, int k);

/// Packs one panel of Q4_K or Q6_K from 16 rows of blocks of that type; `rows[i]` may be NULL (a zero row).
void vllm_pack_blocks(void *panel, vllm_dtype packed, const void *const rows[VLLM_PANEL], int k);

/// Writes logical row `row` of a packed weight as float32.
void vllm_unpack_row(float *out, const void *weight, vllm_dtype packed, int row, int k);

// ---------------------------------------------------------------------------------------------------------
// Linear:  out[m, n] (+)= act(x[m, k] · w[n, k]ᵀ + bias)

typedef enum {
    VLLM_ACT_NONE = 0,
    VLLM_ACT_SILU = 1,
    VLLM_ACT_GELU = 2,      // erf
    VLLM_ACT_GELU_TANH = 3, // gelu_new, gelu_pytorch_tanh
    VLLM_ACT_RELU = 4,
    VLLM_ACT_SIGMOID = 5,
    /// min(x, 7) / (1 + e^(−1.702 min(x, 7))); gated, what it is multiplied with is up, kept in −7…7, plus 1.
    VLLM_ACT_SWIGLU_CLAMPED = 6
} vllm_activation;

typedef enum {
    VLLM_OUT_F32 = 0, // out = y
    VLLM_OUT_ADD = 1, // float32 out += y: the residual stream
    VLLM_OUT_BF16 = 2 // out = bf16(y)
} vllm_output;

typedef struct {
    const void *x; // [m, ldx]: bf16 for bf16 weights, float32 for f32 and f16 weights, else int8
    size_t ldx;    // elements
    const void *weight;
    vllm_dtype weight_dtype;
    int group;                // inputs that share a scale in weights that have them by group
    const float *x_scales;    // [m], for int8 x
    const int32_t *x_offsets; // [m, ld_offsets]: a group's, for int8 x (see vllm_quantize_args)
    size_t ld_offsets;
    const float *bias; // [panels * 16] in packed order, or NULL
    // Where k is odd and the weight bf16, the element behind each row of x is read too: it is finite.
    int m, n, k; // n counts packed rows before padding; with `gated`, n = 2 * outputs, a multiple of 32
    vllm_activation activation;
    /// Panels come in pairs (gate, up): panel 2i holds the gate rows of outputs 16i…16i+15, panel 2i+1
    /// their up rows. Output column 16i+c = act(gate) * up. The output has n/2 columns.
    int gated;
    vllm_output output;
    void *out;
    size_t ldo;               // elements
    int out_columns;          // columns really written (the last panel may be partial)
    const int32_t *out_rows;  // [m]: the row of out that each row of x goes to, or NULL: its own
    const float *row_factors; // [m]: what each row's result is multiplied with at last, or NULL
} vllm_linear_args;

/// Panels a chunk of `linear` over all rows should have, for chunks handed out to `threads` threads: whole
/// tiles if that balances the threads, else fewer (pairs if gated).
int vllm_linear_panel_grain(const vllm_linear_args *args, int threads);

// ---------------------------------------------------------------------------------------------------------
// Activations as whole numbers:  x[i] ≈ scale · q[i], scale = max|x| / 127, a row

typedef struct {
    const void *x;      // [m, ldx]
    size_t ldx;         // elements
    vllm_dtype x_dtype; // f32 or bf16
    int k;
    int group; // inputs of a group of the weight; 0: all
    int zero;  // what the weight's codes are above their values, or 1 (see vllm_integer_zero)
    int8_t *q; // [m, ldq], padded with zeros to a multiple of 4
    size_t ldq;
    float *scales;    // [m]; NaN where the row has a NaN or an infinity
    int32_t *offsets; // [m, ld_offsets]: −zero · Σ q over a group
    size_t ld_offsets;
} vllm_quantize_args;

// ---------------------------------------------------------------------------------------------------------
// Mixtures of experts: which experts a token goes to, and in which order their rows stand

/// Experts of a layer at most.
#define VLLM_MAX_EXPERTS 1024

typedef enum { VLLM_SCORE_SOFTMAX = 0, VLLM_SCORE_SIGMOID = 1 } vllm_expert_score;

typedef struct {
    const float *logits; // [tokens, ld_logits]
    size_t ld_logits;
    int experts; // at most VLLM_MAX_EXPERTS
    int k;       // experts a token goes to, at most those of the chosen groups
    vllm_expert_score score;
    const float *bias; // [experts], added to scores for the choice alone, or NULL
    int groups;        // experts are cut into so many groups of equal size; 1: no groups
    int chosen_groups; // the best of which are chosen from
    int group_pairs;   // 0: a group is as good as its best expert; 1: as the sum of its two best
    int normalize;     // the chosen scores are divided by their sum
    float scale;       // and multiplied with this
    int32_t *ids;      // [tokens, k], rising in a row
    float *weights;    // [tokens, k]
    // By expert, and by token within one:
    int32_t *starts;    // [experts + 1]: where an expert's rows begin
    int32_t *rows;      // [tokens * k]: the token of each
    float *row_weights; // [tokens * k]: its weight
} vllm_route_args;

/// Lists the chosen rows of `tokens` tokens by expert: fills starts, rows and row_weights from ids and
/// weights.
void vllm_group_rows(const vllm_route_args *args, int tokens);

// ---------------------------------------------------------------------------------------------------------
// Norms over rows of float32:  out (+)= dtype(norm(x) * weight + bias)

typedef struct {
    const float *x;
    size_t ldx;
    int n;
    const float *weight; // [n]
    const float *bias;   // [n] or NULL
    float epsilon;
    int layer_norm; // 0: root mean square norm; 1: layer norm
    int add;        // 1: added to an output of float32
    void *out;
    size_t ldo;
    vllm_dtype out_dtype; // f32 or bf16
} vllm_norm_args;

// ---------------------------------------------------------------------------------------------------------
// Key/value cache layout
//
// One layer's keys: groups of 16 tokens (slot s is token s % 16 of group s / 16).
//   bf16     K: [group][kv_head][head_dim/2][16][2]   V: [group][kv_head][16/2][head_dim][2]
//   f32, f16 K: [group][kv_head][head_dim][16]        V: [group][kv_head][16][head_dim]
// so that one register holds 16 tokens' pairs, and both products use the dot-product instructions.

typedef enum {
    VLLM_ROPE_NONE = 0,
    VLLM_ROPE_HALF = 1 /* NeoX */,
    VLLM_ROPE_INTERLEAVED = 2 /* GPT-J */
} vllm_rope;

/// Splits the merged projection, applies query/key norm and rotary embedding, writes K and V to their slots.
typedef struct {
    const float *qkv; // [tokens, ld]: heads, then kv_heads keys, then kv_heads values, each head_dim
    size_t ld;
    int heads, kv_heads, head_dim;
    vllm_rope rope;
    int rotary_dim;                   // even, ≤ head_dim; the rest passes through
    const float *cos, *sin;           // [positions, rotary_dim / 2]
    const int32_t *positions;         // [tokens]
    const int32_t *slots;             // [tokens]; < 0: K and V are not written
    const float *q_norm, *k_norm;     // weights of a norm before the rotation, or NULL
    int q_norm_stride, k_norm_stride; // from one head's weights to the next: head_dim, or 0 for the same
    int layer_norm;                   // 0: root mean square norm; 1: layer norm
    int norm_all_heads;               // 0: each head by itself; 1: a token's heads together
    float epsilon;
    void *q; // [tokens, ldq]: bf16 for a bf16 cache, else float32
    size_t ldq;
    void *k_cache, *v_cache;
    vllm_dtype cache_dtype;
} vllm_qkv_args;

/// Multi-head latent attention (arXiv 2405.04434, section 2.1): all heads share one key, a normed latent
/// vector and behind it a turned part, and a value is the latent vector. Splits the queries into what is
/// multiplied with the latent vector and what is turned, and writes the key to its slot.
typedef struct {
    const float *q; // [tokens, ldq]: heads, each content_dim, then rotary_dim
    size_t ldq;
    const float *kv; // [tokens, ldkv]: latent_dim, then rotary_dim
    size_t ldkv;
    int heads, content_dim, latent_dim, rotary_dim;
    vllm_rope rope;
    const float *cos, *sin;   // [positions, rotary_dim / 2]
    const int32_t *positions; // [tokens]
    const int32_t *slots;     // [tokens]; < 0: the key is not written
    const float *norm;        // [latent_dim], of root mean square
    float epsilon;
    void *content; // [tokens, ldc]: the heads' contents, bf16 for a bf16 cache, else float32
    size_t ldc;
    void *
        queries; // [tokens, ldo]: heads, each latent_dim (not written here), then the turned part; as content
    size_t ldo;
    void *k_cache; // of one head of latent_dim + rotary_dim
    vllm_dtype cache_dtype;
} vllm_latent_args;

typedef struct {
    int32_t q_start; // first row of q of this sequence
    int32_t q_len;   // queries of this step
    int32_t kv_len;  // tokens of context, this step's included; query i stands at kv_len - q_len + i
    const int32_t *block_table;
} vllm_attention_sequence;

/// Paged causal attention over a ragged batch:  out = softmax(scale · q Kᵀ) V
typedef struct {
    const void *q; // bf16 for a bf16 cache, else float32
    size_t ldq;
    const void *k_cache, *v_cache;
    vllm_dtype cache_dtype;
    int heads, kv_heads, head_dim;
    int latent_dim;     // 0: values as wide as keys; else a value is the first so many elements of its key
    int block_size;     // tokens of a block of the block table, a multiple of 16
    float scale;        // > 0
    float soft_cap;     // 0: none; else soft_cap * tanh(score / soft_cap)
    int window;         // 0: all; else a query sees the last `window` tokens, itself included
    const float *alibi; // [heads] slopes, or NULL
    const float *sinks; // [heads] scores of a position without a value that every query sees, or NULL
    void *out;          // [tokens, ldo], head-major as q, each head as wide as a value
    size_t ldo;
    vllm_dtype out_dtype; // bf16 or f32
    const vllm_attention_sequence *sequences;
} vllm_attention_args;

/// The online softmax restarts at every multiple of this many positions, and the parts are merged in order.
#define VLLM_ATTENTION_SPLIT 512

/// One piece of attention work: queries of a sequence, counted from its first of the step, against some KV
/// heads and some splits of the context (those that no query sees are passed over).
typedef struct {
    int32_t sequence;
    int32_t head_begin, head_end; // KV heads, at most vllm_attention_item_heads()
    int32_t query_begin, query_end;
    int32_t split_begin, split_end; // split i holds the positions from i * VLLM_ATTENTION_SPLIT on
    /// NULL: the item has all splits, and writes the output. Else what each split gives is left here for
    /// `attention_merge`, [split_end - split_begin][vllm_attention_part_floats()], and the queries are at
    /// most a tile.
    float *parts;
} vllm_attention_item;

// ---------------------------------------------------------------------------------------------------------
// Sampling over one row of float32 logits

typedef struct {
    float temperature; // > 0
    int top_k;         // 0: off
    float top_p;       // 1: off
    float min_p;       // 0: off
    double uniform;    // in [0, 1): the draw
} vllm_sampling_args;

typedef struct vllm_kernels {
    vllm_isa isa;

    /// Computes rows [row_begin, row_end) of panels [panel_begin, panel_end) (pairs stay together if gated).
    void (*linear)(const vllm_linear_args *, int panel_begin, int panel_end, int row_begin, int row_end);

    /// Rounds rows of activations to int8.
    void (*quantize)(const vllm_quantize_args *, int row_begin, int row_end);

    /// Rounds one row of weights, k elements of float32: to the codes of I8 or I4 and their scales (one, or
    /// one a group). I4 scales are the best of several in the least squares, rounded to float16.
    void (*quantize_weights)(int8_t *codes, float *scales, const float *x, vllm_dtype packed, int k,
                             int group);

    /// Chooses the experts of tokens: fills ids and weights. The lowest index wins a tie; what is no number
    /// is chosen last, with a weight that is none.
    void (*route)(const vllm_route_args *, int token_begin, int token_end);

    void (*norm)(const vllm_norm_args *, int row_begin, int row_end);

    void (*qkv)(const vllm_qkv_args *, int token_begin, int token_end);

    void (*latent)(const vllm_latent_args *, int token_begin, int token_end);

    /// One work item. `scratch` has vllm_attention_scratch_bytes() bytes, aligned to 64.
    void (*attention)(const vllm_attention_args *, const vllm_attention_item *, void *scratch);

    /// Merges the parts of all splits of an item in order, and writes the output. The bits are those of one
    /// item over all splits.
    void (*attention_merge)(const vllm_attention_args *, const vllm_attention_item *, void *scratch);

    /// Index of the largest element; the lowest index wins a tie. NaN never wins.
    int (*argmax)(const float *x, int n);

    /// log(Σ exp(x)), in a fixed order.
    float (*log_sum_exp)(const float *x, int n);

    /// Number of elements greater than `value`.
    int (*count_greater)(const float *x, int n, float value);

    /// The k largest, in falling order, lower index first among equals.
    void (*top_k)(const float *x, int n, int k, int32_t *indices, float *values);

    /// Temperature, then min-p, then top-k, then top-p (at least one token stays), then the inverse
    /// of the cumulative distribution over ascending index at `uniform`. `scratch`: n floats and n int32.
    int (*sample)(const float *x, int n, const vllm_sampling_args *, float *scratch,
                  int32_t *scratch_indices);

    /// x[i] = factor · x[i], bounded to cap · tanh(x[i] / cap) where cap is not 0.
    void (*scale)(float *x, size_t n, float factor, float cap);

    /// out[i] = dtype(x[i]): float32 rows to the activation type.
    void (*convert)(void *out, vllm_dtype out_dtype, const float *x, size_t n);
} vllm_kernels;

/// The kernels of one instruction set, or NULL where the processor (or the build) lacks it.
const vllm_kernels *vllm_kernels_for(vllm_isa isa);
vllm_isa vllm_isa_best(void);
const char *vllm_isa_name(vllm_isa isa);

/// Queries a work item of `attention` should have, for GQA rows folded into one tile (at least 1).
int vllm_attention_query_tile(const vllm_attention_args *args);
/// KV heads that a work item of so many queries may have (at least 1). Keys and values of neighbouring heads
/// stand side by side, so that few queries read the context in longer runs.
int vllm_attention_item_heads(const vllm_attention_args *args, int queries);
/// Floats that a split of an item of so many queries and KV heads leaves behind.
size_t vllm_attention_part_floats(const vllm_attention_args *args, int queries, int heads);
/// Scratch of one thread for any work item.
size_t vllm_attention_scratch_bytes(const vllm_attention_args *args);

#endif
