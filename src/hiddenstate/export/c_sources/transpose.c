/* y (row-major, sizes n) from x, where `next` is the distance of neighbours along each of y's axes. */
static void transpose(const float *x, const size_t n[4], const size_t next[4], float *y)
{
    for (size_t i = 0; i < n[0]; i++) {
        for (size_t j = 0; j < n[1]; j++) {
            for (size_t k = 0; k < n[2]; k++) {
                for (size_t l = 0; l < n[3]; l++) {
                    *y++ = x[i * next[0] + j * next[1] + k * next[2] + l * next[3]];
                }
            }
        }
    }
}
