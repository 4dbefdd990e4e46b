/* The mean over the middle one of three axes. */
static void mean(const float *x, size_t outer, size_t size, size_t inner, float *y)
{
    for (size_t i = 0; i < outer; i++) {
        for (size_t k = 0; k < inner; k++) {
            float total = 0.0f;
            for (size_t j = 0; j < size; j++) {
                total += x[(i * size + j) * inner + k];
            }
            y[i * inner + k] = total / (float)size;
        }
    }
}
