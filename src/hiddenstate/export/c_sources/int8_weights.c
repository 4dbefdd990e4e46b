typedef int8_t weight_t;

/* Column after column, so that the inner loops run over neighbouring numbers; a row is scale times whole numbers. */
typedef struct {
    const weight_t *values;
    const uint16_t *scale;
} matrix;

/* A scale is stored as the upper half of its float. */
static float scale_of(const matrix *w, size_t row)
{
    union {
        uint32_t bits;
        float number;
    } whole;
    whole.bits = (uint32_t)w->scale[row] << 16;
    return whole.number;
}
