typedef int8_t weight_t;

/* Column after column, so that the inner loops run over neighbouring numbers; a row is scale times whole numbers. */
typedef struct {
    const weight_t *values;
    const float *scale;
} matrix;
