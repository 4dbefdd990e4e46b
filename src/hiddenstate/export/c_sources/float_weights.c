typedef float weight_t;

/* Column after column, so that the inner loops run over neighbouring numbers. */
typedef struct {
    const weight_t *values;
} matrix;
