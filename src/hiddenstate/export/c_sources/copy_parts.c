/* `count` stretches of `size` numbers; where the next one begins is said for both sides. */
static void copy_parts(const float *x, size_t x_next, float *y, size_t y_next, size_t count, size_t size)
{
    for (size_t k = 0; k < count; k++) {
        memcpy(y + k * y_next, x + k * x_next, size * sizeof *y);
    }
}
